/** How forecasts are asked for. */
export interface Protocol {
  /** Leads 1..leads, in steps. */
  readonly leads: number;
  /** Every so many steps there is an origin, a step after which a forecast is made. */
  readonly every: number;
  /** 0..1: the share of the trace that is learned from before the first origin. */
  readonly fromShare: number;
}

/** Leads are told apart in these groups, first and last lead of each. */
const GROUPS: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 5],
  [6, 15],
  [16, 30],
];

/** One-minute traces are long, and their origins much alike. */
export function everyFor(stepSeconds: number): number {
  return stepSeconds <= 60 ? 3 : 1;
}

/** The groups that `leads` leads make: 10 -> [1, 1], [2, 5], [6, 10]. */
export function leadGroups(leads: number): readonly (readonly [number, number])[] {
  return GROUPS.filter(([from]) => from <= leads).map(([from, to]) => [from, Math.min(to, leads)] as const);
}

/**
 * The steps after which a forecast is judged: from `fromShare` of the trace on, every `every`-th, where the step's own
 * value is known and at least one step follows. 10 values, a share of .3, every 2: 3, 5, 7.
 */
export function originsOf(values: Float64Array, { every, fromShare }: Protocol): Int32Array {
  const first = Math.floor(fromShare * values.length);
  const origins: number[] = [];
  for (let step = first; step + 1 < values.length; step += every) {
    if (!Number.isNaN(values[step] ?? Number.NaN)) origins.push(step);
  }
  return Int32Array.from(origins);
}
