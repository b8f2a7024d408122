import type { Answer } from '../figures.ts';
import type { Forecast } from '../forecast.ts';
import type { FallbackReason } from '../quarantine.ts';
import { ratesOf } from '../rates.ts';
import type { SeasonedRequest } from '../seasons.ts';
import { conservativeBaseline } from './conservative.ts';
import { seasonalBaseline, seasonalBaselineSteps } from './seasonal.ts';

/** The chain behind the core: seasonal, then conservative. Pure JavaScript, and always answers. */
export function baseline(request: SeasonedRequest, fallbackReason: FallbackReason): Forecast {
  const { originMs, stepSeconds, season } = request;
  const { seasonSteps } = season;
  const lookBackMs = seasonalBaselineSteps(seasonSteps) * stepSeconds * 1000;
  const rates = ratesOf(request, originMs - lookBackMs);
  const seasonal = seasonalBaseline(rates, seasonSteps);
  const source = seasonal ? 'seasonal' : 'conservative';
  const answer: Answer = seasonal ?? conservative(request, rates);
  return { originMs, stepSeconds, source, model: `builtin:${source}`, fallbackReason, season, ...answer };
}

function conservative(request: SeasonedRequest, rates: Float64Array): Answer {
  const known = rates.some((rate) => rate >= 0);
  return conservativeBaseline(known ? rates : ratesOf(request, Number.NEGATIVE_INFINITY));
}
