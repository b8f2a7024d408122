import {
  type Demand,
  demandOf,
  type Span,
  spanOfTrace,
  TICK_SECONDS,
  windowOf,
  withoutGaps,
} from '../../bench/replay/demand.ts';
import { type NamedTrace, shopTraffic } from '../../bench/replay/traffic.ts';
import { seededRandom } from '../clock.ts';
import { BadInput } from './bad-input.ts';
import type { DemoOptions } from './demo-options.ts';

export interface DemoTraffic {
  readonly source: string;
  /** What Foresail may know beforehand, up to the first tick played; gaps stay gaps. */
  readonly history: Demand;
  readonly played: Demand;
  /** Ticks of the played part that the trace does not have and that are played on a straight line. */
  readonly filledTicks: number;
}

const TICK_MS = TICK_SECONDS * 1000;
const DAY_MS = 86_400_000;
/** Less than this cannot show anything: ten minutes. */
const LEAST_TICKS = 40;

/** Cuts a trace into what is history and what is played. `trace`: the user's; undefined: the generated shop. */
export function trafficOf(options: DemoOptions, trace: NamedTrace | undefined): DemoTraffic {
  // One stream per purpose: another noise is not another shop.
  const shown = trace ?? shopTraffic(seededRandom(options.seed));
  const all = spanOfTrace(shown);
  const { fromMs, toMs } = spanOf(options, all.fromMs, all.toMs, shown.source);
  const demand = scaled(shown, options, { fromMs, toMs });
  const window = windowOf(demand, fromMs, (toMs - fromMs) / TICK_MS);
  if (window.pods.length < LEAST_TICKS || window.missing === window.pods.length) {
    throw new BadInput(`${shown.source} must have at least 10 minutes of values in the part that is played`);
  }
  return {
    source: shown.source,
    history: windowOf(demand, demand.startMs, Math.round((fromMs - demand.startMs) / TICK_MS)),
    played: withoutGaps(window),
    filledTicks: window.missing,
  };
}

function scaled(trace: NamedTrace, { meanPods, seed }: DemoOptions, judged: Span): Demand {
  try {
    return demandOf(trace, meanPods, seededRandom(seed + 1), judged);
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(`${error.message} in the part that is played`);
    throw error;
  }
}

/** The last whole days, the days asked for, or, of a trace without a whole day, its second half. */
function spanOf({ fromMs, days }: DemoOptions, startMs: number, endMs: number, source: string): Span {
  const lastMidnight = Math.floor(endMs / DAY_MS) * DAY_MS;
  const from = fromMs ?? lastMidnight - days * DAY_MS;
  if (from >= startMs && from + days * DAY_MS <= endMs) return { fromMs: from, toMs: from + days * DAY_MS };
  if (fromMs === undefined && days === 1) {
    return { fromMs: toTick(startMs + (endMs - startMs) / 2), toMs: toTick(endMs) };
  }
  const asked = fromMs === undefined ? `--days ${days}` : `--from ${dayOf(from)} --days ${days}`;
  throw new BadInput(
    `${asked} must lie inside ${source}, which goes from ${stamp(startMs)} to ${stamp(endMs)}`,
  );
}

function toTick(unixMs: number): number {
  return Math.floor(unixMs / TICK_MS) * TICK_MS;
}

function dayOf(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 10);
}

function stamp(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
