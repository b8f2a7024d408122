"""Forecasts of statsforecast's models at given origins, on one core, one line of JSON per forecast.

Reads one JSON object from standard input:
  {"secondsPerTrace", "historySteps", "traces": [{"name", "seasonSteps", "values": [number or null], "origins": [step]}]}
and writes {"trace", "model", "origin", "seconds" of processor time, "forecast": [30 numbers]} per forecast. "values"
is the whole trace; a model is given the newest "historySteps" up to the origin. Each model of a trace runs in
a process of its own, which is ended when its time is over: a fit cannot be interrupted otherwise.
"""

import json
import os
import signal
import sys
import time

import numpy as np
from statsforecast.models import MSTL, AutoARIMA, AutoETS, AutoTheta, SeasonalNaive

LEADS = 30

# The cheap ones first: what they leave of a trace's time goes to the others.
MODELS = {
    "SeasonalNaive": lambda season: SeasonalNaive(season_length=season),
    "MSTL": lambda season: MSTL(season_length=season, trend_forecaster=AutoETS(model="ZZN")),
    "AutoARIMA": lambda season: AutoARIMA(season_length=1, seasonal=False),
    "AutoTheta": lambda season: AutoTheta(season_length=season),
    "AutoETS": lambda season: AutoETS(season_length=season),
}


def filled(values):
    """The past with its gaps filled in a straight line: these models take no missing values."""
    known = np.isfinite(values)
    steps = np.arange(len(values))
    return np.interp(steps, steps[known], values[known])


def forecasts(trace, name, history):
    values = np.array([np.nan if value is None else value for value in trace["values"]], dtype=np.float64)
    for origin in trace["origins"]:
        past = filled(values[max(0, origin + 1 - history) : origin + 1])
        started = time.process_time()
        mean = MODELS[name](trace["seasonSteps"]).forecast(y=past, h=LEADS)["mean"]
        seconds = time.process_time() - started
        if not np.all(np.isfinite(mean)):
            raise ValueError(f"no finite forecast at step {origin}")
        answer = {"trace": trace["name"], "model": name, "origin": origin, "seconds": seconds}
        # One write of less than a pipe takes whole (4,096 bytes): a process that is ended leaves no half line.
        line = json.dumps(answer | {"forecast": [float(f"{value:.9g}") for value in mean]}) + "\n"
        os.write(sys.stdout.fileno(), line.encode())


def bounded(trace, name, history, seconds):
    """Returns the seconds it took."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            forecasts(trace, name, history)
        except Exception as error:
            print(f"{trace['name']}: {name}: {error}", file=sys.stderr, flush=True)
        os._exit(0)
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() - started > seconds:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            break
        time.sleep(0.005)
    return time.monotonic() - started


def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    asked = json.load(sys.stdin)
    for trace in asked["traces"]:
        left = asked["secondsPerTrace"]
        for index, name in enumerate(MODELS):
            left -= bounded(trace, name, asked["historySteps"], left / (len(MODELS) - index))


main()
