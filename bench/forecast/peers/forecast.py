"""Forecasts of statsforecast's models at given origins, one core, one line of JSON per forecast.

Reads one JSON object from standard input:
  {"models": [NAME], "secondsPerModel": S, "traces": [{"name", "seasonSteps", "values": [number or null], "origins": [step]}]}
Writes {"trace", "model", "origin", "seconds", "forecast": [30 numbers]} per forecast. Each model of a trace runs in a
process of its own, which is ended when its time is over: a fit cannot be interrupted otherwise.
"""

import json
import os
import signal
import sys
import time

import numpy as np
from statsforecast.models import MSTL, AutoARIMA, AutoETS, AutoTheta, SeasonalNaive

LEADS = 30

MODELS = {
    "SeasonalNaive": lambda season: SeasonalNaive(season_length=season),
    "AutoETS": lambda season: AutoETS(season_length=season),
    "AutoTheta": lambda season: AutoTheta(season_length=season),
    "AutoARIMA": lambda season: AutoARIMA(season_length=1, seasonal=False),
    "MSTL": lambda season: MSTL(season_length=season, trend_forecaster=AutoETS(model="ZZN")),
}


def filled(values):
    """The past with its gaps filled in a straight line: these models take no missing values."""
    known = np.isfinite(values)
    steps = np.arange(len(values))
    return np.interp(steps, steps[known], values[known])


def forecasts(trace, name):
    values = np.array([np.nan if value is None else value for value in trace["values"]], dtype=np.float64)
    for origin in trace["origins"]:
        past = filled(values[: origin + 1])
        started = time.perf_counter()
        mean = MODELS[name](trace["seasonSteps"]).forecast(y=past, h=LEADS)["mean"]
        seconds = time.perf_counter() - started
        answer = {"trace": trace["name"], "model": name, "origin": origin, "seconds": seconds}
        # One write of less than a pipe's atomic size: a process that is ended leaves whole lines.
        line = json.dumps(answer | {"forecast": [float(f"{value:.9g}") for value in mean]}) + "\n"
        os.write(sys.stdout.fileno(), line.encode())


def bounded(trace, name, seconds):
    child = os.fork()
    if child == 0:
        try:
            forecasts(trace, name)
        except Exception as error:  # a model that fails on a trace has no figure there
            print(f"{trace['name']}: {name}: {error}", file=sys.stderr, flush=True)
        os._exit(0)
    deadline = time.monotonic() + seconds
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return
        time.sleep(0.005)


def main():
    asked = json.load(sys.stdin)
    for trace in asked["traces"]:
        for name in asked["models"]:
            bounded(trace, name, asked["secondsPerModel"])


main()
