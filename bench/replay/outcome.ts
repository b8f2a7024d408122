import { TICK_SECONDS } from './demand.ts';
import { HOT_UTILISATION } from './latency.ts';
import { askedAfter, REACH_TICKS, risesOf } from './rises.ts';

/** One tick of one policy, as the tick began: demand and pods are the tick's own. */
export interface TickRow {
  readonly atMs: number;
  /** Pods at 100 %. */
  readonly demand: number;
  readonly ready: number;
  readonly starting: number;
  /** Replicas asked for while this tick ran (ready + starting). */
  readonly requested: number;
}

export interface Outcome {
  /** Starting pods cost as much as ready ones. */
  readonly podHours: number;
  /** Requests that arrived while demand > 0.9 x ready pods / all requests; NaN without any request. */
  readonly hotShare: number;
  /** How often a change of the replicas went the other way than the change before it. */
  readonly directionChanges: number;
}

export function isHot(row: TickRow): boolean {
  return row.demand > HOT_UTILISATION * row.ready;
}

/**
 * Example: two ticks with demand 9.5 and 5 on 10 ready pods: the first is hot (9.5 > 9), so 9.5 / 14.5 = 65.5 % of the requests
 * met too little capacity; 20 pod-ticks of 15 s are 0.083 pod-hours.
 */
export function outcomeOf(rows: readonly TickRow[]): Outcome {
  let podTicks = 0;
  let hot = 0;
  let all = 0;
  for (const row of rows) {
    podTicks += row.ready + row.starting;
    all += row.demand;
    if (isHot(row)) hot += row.demand;
  }
  return {
    podHours: (podTicks * TICK_SECONDS) / 3600,
    hotShare: all > 0 ? hot / all : Number.NaN,
    directionChanges: directionChanges(rows.map((row) => row.requested)),
  };
}

/** 3, 5, 5, 4, 6 -> up, down, up: 2. */
export function directionChanges(replicas: readonly number[]): number {
  let direction = 0;
  let changes = 0;
  for (let i = 1; i < replicas.length; i++) {
    const now = Math.sign((replicas[i] ?? 0) - (replicas[i - 1] ?? 0));
    if (now === 0) continue;
    if (direction !== 0 && now !== direction) changes++;
    direction = now;
  }
  return changes;
}

export interface LeadTimeGained {
  /** Mean over the rises; NaN without any. Positive: `policy` asked earlier than `peer`. */
  readonly seconds: number;
  readonly rises: number;
}

/**
 * How much earlier `policy` asked for the capacity of a rise than `peer` did. A rise is a climb of the demand from trough
 * to peak (rises.ts); for each pod it needed it is known when it was needed and when each policy had asked for it. What
 * both had for half an hour before, or neither asked for, tells nothing and is left out. Mean over the pods of a rise,
 * then over the rises.
 *
 * Each policy's pods are counted at its own mean utilisation: one that holds more all the time is not earlier by that,
 * it pays for it in pod-hours. So this compares when, for the same money.
 */
export function leadTimeGained(policy: readonly TickRow[], peer: readonly TickRow[]): LeadTimeGained {
  const demand = policy.map((row) => row.demand);
  const own = carried(policy);
  const others = carried(peer);
  const gains = risesOf(demand).flatMap(({ needs }) => {
    const gained = needs.flatMap((need) => {
      const [ours, theirs] = [askedAfter(own, need), askedAfter(others, need)];
      return ours === theirs && Math.abs(ours) === REACH_TICKS ? [] : [theirs - ours];
    });
    return gained.length === 0 ? [] : [mean(gained)];
  });
  return { seconds: gains.length ? mean(gains) * TICK_SECONDS : Number.NaN, rises: gains.length };
}

/** The load for which a policy asked for pods, at the utilisation it keeps on average. */
function carried(rows: readonly TickRow[]): number[] {
  const demand = rows.reduce((sum, row) => sum + row.demand, 0);
  const requested = rows.reduce((sum, row) => sum + row.requested, 0);
  return rows.map((row) => (row.requested * demand) / requested);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
