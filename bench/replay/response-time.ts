import { TICK_SECONDS } from './demand.ts';
import { answeredWithin, POD_RPS, type Served, serve, TIMEOUT_SECONDS } from './latency.ts';
import type { Schedule } from './schedule.ts';

/** A pod begins at this share of its speed and is warm, in a straight line, `warmupSeconds` after it is Ready. */
const COLD_SPEED = 0.5;

/** Edges 1 ms x 1.05^i up to what a client waits for: a quantile is known within 5 %. */
const FIRST_SECONDS = 0.001;
const EDGE_RATIO = 1.05;
const EDGES = Float64Array.from(
  { length: Math.ceil(Math.log((2 * TIMEOUT_SECONDS) / FIRST_SECONDS) / Math.log(EDGE_RATIO)) + 1 },
  (_, index) => FIRST_SECONDS * EDGE_RATIO ** index,
);

/**
 * The time that `quantile` of all requests from `fromTick` on stayed under, in seconds; NaN without requests. Every pod is a
 * shared processor (latency.ts) that gets an even part of the load; which pods are cold follows from the schedule,
 * since the youngest go first.
 */
export function responseQuantile(
  schedule: Schedule,
  fromTick: number,
  quantile: number,
  warmupSeconds = 0,
): number {
  const served = servedBy(schedule, fromTick, warmupSeconds);
  const all = served.reduce((sum, { requests }) => sum + requests, 0);
  return all > 0 ? quantileOf(served, all * quantile) : Number.NaN;
}

/** Requests that met pods in the same state: as many as there were, and how those pods answered. */
function servedBy({ demand, ready }: Schedule, fromTick: number, warmupSeconds: number): Served[] {
  const served: Served[] = [];
  const readySince: number[] = [];
  let backlog = 0;
  for (const [tick, load] of demand.pods.entries()) {
    const count = ready[tick] ?? 0;
    readySince.length = Math.min(readySince.length, count);
    while (readySince.length < count) readySince.push(tick === 0 ? Number.NEGATIVE_INFINITY : tick);
    if (!(load > 0) || count === 0) continue;
    const each = (load * POD_RPS * TICK_SECONDS) / count;
    const warm = serve(each, backlog, TICK_SECONDS);
    backlog = warm.backlog;
    if (tick < fromTick) continue;
    const cold = coldSpeeds(readySince, tick, warmupSeconds);
    for (const speed of cold) served.push(serve(each, 0, TICK_SECONDS, speed));
    served.push({ ...warm, requests: each * (count - cold.length) });
  }
  return served;
}

/** Speeds of the pods that are not warm yet; they are the last of the list. */
function coldSpeeds(readySince: readonly number[], tick: number, warmupSeconds: number): number[] {
  const speeds: number[] = [];
  for (let pod = readySince.length - 1; pod >= 0; pod--) {
    const age = (tick + 0.5 - (readySince[pod] ?? tick)) * TICK_SECONDS;
    if (age >= warmupSeconds) break;
    speeds.push(COLD_SPEED + (1 - COLD_SPEED) * (age / warmupSeconds));
  }
  return speeds;
}

/** Requests that were answered within `seconds`. */
function countWithin(served: readonly Served[], seconds: number): number {
  return served.reduce((count, one) => count + one.requests * answeredWithin(one, seconds), 0);
}

/** Linear inside the bin; the last edge stands for what is above it. More are answered the longer one waits: by halves. */
function quantileOf(served: readonly Served[], wanted: number): number {
  let [low, high] = [0, EDGES.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (countWithin(served, EDGES[middle] ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  if (low === EDGES.length) return EDGES.at(-1) ?? Number.NaN;
  const [from, to] = [low > 0 ? (EDGES[low - 1] ?? 0) : 0, EDGES[low] ?? 0];
  const [before, after] = [low > 0 ? countWithin(served, from) : 0, countWithin(served, to)];
  return after > before ? from + ((wanted - before) / (after - before)) * (to - from) : to;
}
