import {
  DOUBT_CERTAIN_FALL,
  DOUBT_ERRORS,
  DOUBT_FALL,
  DOUBT_LEAST_STEPS,
  DOUBT_SECONDS,
  DOUBT_STANDS,
  REACTIVE_STEPS,
  TELEMETRY_STEPS,
} from './constants.ts';
import { rateText } from './figures.ts';
import type { Observation } from './observation.ts';
import type { SignalReading } from './signal.ts';

/** Why a rate that fell is not taken for less load. Part of the memory, for what is usual soon follows the fall. */
export interface Doubt {
  /** Monotonic ms. */
  readonly sinceMs: number;
  /** `errors`, or the name of the signal that did not fall with the rate. */
  readonly cause: string;
  /** The rate before the fall, and what the signal was; 0 for errors. */
  readonly usualRps: number;
  readonly usualSignal: number;
}

type Seen = Pick<Observation, 'recent' | 'nowMs' | 'memory' | 'signals'>;

/** The doubt that stands, or one that begins now; undefined where a low rate is what it seems. */
export function doubtOf(seen: Seen): Doubt | undefined {
  const { doubt } = seen.memory;
  return (doubt !== undefined && stands(doubt, seen) ? doubt : undefined) ?? begun(seen);
}

/**
 * A rate that fell by half while errors rose is a broken upstream: who is refused does not come back for more. One that
 * fell to a quarter while CPU or work in flight stayed is telemetry that does not see the requests.
 *
 * usually 600 requests/s with 1 % errors; now 240 requests/s with 30 % | usually 7 cores; now 120 requests/s and 6.5 cores
 * 240 <= 300 and 30 % >= 10 % | 120 <= 150 and 6.5 >= 5.25
 * -> errors | CPU
 */
function begun({ recent, nowMs, signals = [] }: Seen): Doubt | undefined {
  const rates = recent.map(({ rps }) => rps).filter((rps) => rps >= 0 && Number.isFinite(rps));
  const usualRps = middle(rates);
  if (rates.length < DOUBT_LEAST_STEPS || !(usualRps > 0)) return undefined;
  const rps = Math.max(...rates.slice(-REACTIVE_STEPS));
  const usualErrors = middle(recent.map(({ errorRatio }) => errorRatio).filter(Number.isFinite)) || 0;
  const failing = errorsOf(recent) >= Math.max(DOUBT_ERRORS, 2 * usualErrors);
  if (rps <= usualRps * DOUBT_FALL && failing)
    return { sinceMs: nowMs, cause: 'errors', usualRps, usualSignal: 0 };
  if (rps > usualRps * DOUBT_CERTAIN_FALL) return undefined;
  const standing = signals.find(
    (signal) => followsRequests(signal) && signal.atLeast >= signal.usual * DOUBT_STANDS,
  );
  if (standing === undefined) return undefined;
  return { sinceMs: nowMs, cause: standing.name, usualRps, usualSignal: standing.usual };
}

/** Over with the rate back, without errors again, with the signal fallen too, or after an hour: then it is the load. */
function stands(
  { sinceMs, cause, usualRps, usualSignal }: Doubt,
  { recent, nowMs, signals = [] }: Seen,
): boolean {
  if (nowMs - sinceMs > DOUBT_SECONDS * 1000) return false;
  const known = recent.map(({ rps }) => rps).filter((rps) => rps >= 0 && Number.isFinite(rps));
  if (Math.max(...known.slice(-REACTIVE_STEPS)) > usualRps * DOUBT_FALL) return false;
  if (cause === 'errors') return !(errorsOf(recent) < DOUBT_ERRORS);
  const signal = signals.find(({ name }) => name === cause);
  return signal !== undefined && !(signal.atLeast < usualSignal * DOUBT_FALL);
}

export function doubtText({ cause, usualRps }: Doubt, { recent }: Pick<Seen, 'recent'>): string {
  const fell = `the rate fell from ${rateText(usualRps)} requests/s`;
  const errors = errorsOf(recent);
  if (cause !== 'errors') return `${fell} and ${cause} did not: the telemetry may not see all requests`;
  const share = Number.isFinite(errors) ? `${Math.round(errors * 100)} % of them fail` : 'they failed before';
  return `${fell} and ${share}: something before or behind the workload may be broken`;
}

/** The highest of the last three steps; NaN when there were no requests. */
function errorsOf(recent: Seen['recent']): number {
  const ratios = recent.slice(-TELEMETRY_STEPS).map(({ errorRatio }) => errorRatio);
  const known = ratios.filter(Number.isFinite);
  return known.length === 0 ? Number.NaN : Math.max(...known);
}

/** A queue may stand for reasons of its own, and memory does not fall. */
function followsRequests({ type, usual }: SignalReading): boolean {
  return (type === 'CPU' || type === 'InFlight') && usual > 0;
}

function middle(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.floor((ascending.length - 1) / 2)] ?? Number.NaN;
}
