import { type Forecast, LEADS, PEAK_STEPS, type Quantiles } from '../../controller/forecast/forecast.ts';
import type { Forecaster, ForecastRequest } from '../../controller/ports.ts';

/** Answers with what the test says the demand will be; `rpsAt(lead)` for leads 1..30. Records what it was asked. */
export function fakeForecaster(rpsAt: (request: ForecastRequest, lead: number) => number) {
  const asked: ForecastRequest[] = [];
  const forecaster: Forecaster & { readonly asked: ForecastRequest[] } = {
    asked,
    advance: async (requests) => {
      asked.push(...requests);
      return requests.map((request) => forecastOf(request, (lead) => rpsAt(request, lead)));
    },
    close: async () => {},
  };
  return forecaster;
}

function forecastOf({ originMs, stepSeconds }: ForecastRequest, rpsAt: (lead: number) => number): Forecast {
  const rates = Array.from({ length: LEADS }, (_, index) => rpsAt(index + 1));
  return {
    originMs,
    stepSeconds,
    source: 'champion',
    model: 'fake',
    leads: rates.map(sure),
    peaks: PEAK_STEPS.map((steps) => ({ steps, ...sure(Math.max(...rates.slice(0, steps))) })),
  };
}

function sure(rps: number): Quantiles {
  return { mean: rps, p50: rps, p90: rps, p95: rps, p99: rps };
}
