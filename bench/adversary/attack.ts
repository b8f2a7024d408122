import type { Random } from '../../controller/clock.ts';
import { TICK_SECONDS } from '../replay/demand.ts';

/** A stretch of time, and what befalls the workload in it. */
export interface Stretch {
  readonly ticks: number;
  readonly shape: 'flat' | 'square' | 'saw' | 'spikes' | 'climb';
  /** Pods at 100 %. */
  readonly low: number;
  readonly high: number;
  readonly periodTicks: number;
  /** Nothing is reported from the middle of the stretch on, for so many ticks. */
  readonly silentTicks: number;
  /** So many pods die at its start, the youngest, and are made anew. */
  readonly deaths: number;
}

/** What somebody who wants to see the policy fail does, after a warm-up that lets it learn. */
export type Attack = readonly Stretch[];

export const SHAPES = ['flat', 'square', 'saw', 'spikes', 'climb'] as const;
const MOST_PODS = 60;
const MOST_TICKS = 240;

export function demandOf(attack: Attack): Float64Array {
  return Float64Array.from(
    attack.flatMap((one) => Array.from({ length: one.ticks }, (_, tick) => loadAt(one, tick))),
  );
}

/** Ticks of which nothing is reported, and how many pods die at each. */
export function faultsOf(attack: Attack): {
  readonly silent: ReadonlySet<number>;
  readonly deaths: ReadonlyMap<number, number>;
} {
  const silent = new Set<number>();
  const deaths = new Map<number, number>();
  let from = 0;
  for (const { ticks, silentTicks, deaths: dead } of attack) {
    const middle = from + Math.floor(ticks / 2);
    for (let tick = middle; tick < Math.min(from + ticks, middle + silentTicks); tick++) silent.add(tick);
    if (dead > 0) deaths.set(from, dead);
    from += ticks;
  }
  return { silent, deaths };
}

function loadAt({ shape, low, high, periodTicks, ticks }: Stretch, tick: number): number {
  const phase = (tick % periodTicks) / periodTicks;
  const span = high - low;
  switch (shape) {
    case 'flat':
      return low;
    case 'square':
      return phase < 0.5 ? low : high;
    case 'saw':
      return low + span * phase;
    case 'spikes':
      return tick % periodTicks === 0 ? high : low;
    case 'climb':
      return low + (span * tick) / ticks;
  }
}

export function randomStretch(random: Random): Stretch {
  const whole = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const low = 0.5 + random() * 20;
  return {
    ...{ ticks: whole(20, MOST_TICKS), shape: SHAPES[whole(0, SHAPES.length - 1)] ?? 'flat' },
    ...{ low, high: low + random() * (MOST_PODS - low), periodTicks: whole(2, 120) },
    silentTicks: random() < 0.2 ? whole(1, 40) : 0,
    deaths: random() < 0.2 ? whole(1, 10) : 0,
  };
}

/** Another attack near this one: a stretch is changed, added, taken away, or all is played twice as it is. */
export function mutated(attack: Attack, random: Random): Attack {
  const at = Math.floor(random() * attack.length);
  const kind = random();
  if (kind < 0.15 && attack.length < 8)
    return [...attack.slice(0, at), randomStretch(random), ...attack.slice(at)];
  if (kind < 0.3 && attack.length > 1) return attack.filter((_, index) => index !== at);
  return attack.map((one, index) => (index === at ? nudged(one, random) : one));
}

function nudged(one: Stretch, random: Random): Stretch {
  const fresh = randomStretch(random);
  if (random() < 0.3) return { ...fresh, ticks: one.ticks };
  const near = (value: number) => value * (0.8 + 0.4 * random());
  const low = Math.max(0.5, near(one.low));
  return {
    ...one,
    ticks: Math.min(MOST_TICKS, Math.max(20, Math.round(near(one.ticks)))),
    low,
    high: Math.min(MOST_PODS, Math.max(low, near(one.high))),
    periodTicks: Math.max(2, Math.round(near(one.periodTicks))),
    silentTicks: random() < 0.2 ? fresh.silentTicks : one.silentTicks,
    deaths: random() < 0.2 ? fresh.deaths : one.deaths,
  };
}

/** `60 min square 4.0 to 31.2 pods every 12.5 min, silent 5 min, 3 die`. */
export function attackText(attack: Attack): string {
  const minutes = (ticks: number) => `${Number(((ticks * TICK_SECONDS) / 60).toFixed(2))} min`;
  return attack
    .map(({ ticks, shape, low, high, periodTicks, silentTicks, deaths }) =>
      [
        `${minutes(ticks)} ${shape} ${low.toFixed(1)}${shape === 'flat' ? '' : ` to ${high.toFixed(1)}`} pods`,
        ...(shape === 'flat' || shape === 'climb' ? [] : [`every ${minutes(periodTicks)}`]),
        ...(silentTicks > 0 ? [`silent ${minutes(silentTicks)}`] : []),
        ...(deaths > 0 ? [`${deaths} die`] : []),
      ].join(', '),
    )
    .join('; then ');
}
