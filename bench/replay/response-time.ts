import { TICK_SECONDS } from './demand.ts';
import { POD_RPS, type Served, serve, TIMEOUT_SECONDS } from './latency.ts';
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
  { demand, ready }: Schedule,
  fromTick: number,
  quantile: number,
  warmupSeconds = 0,
): number {
  const below = new Float64Array(EDGES.length);
  const readySince: number[] = [];
  let all = 0;
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
    for (const speed of cold) record(below, serve(each, 0, TICK_SECONDS, speed), each);
    record(below, warm, each * (count - cold.length));
    all += each * count;
  }
  return all > 0 ? quantileOf(below, all * quantile) : Number.NaN;
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

function record(below: Float64Array, { waitSeconds, sojournSeconds }: Served, requests: number): void {
  for (let edge = EDGES.length - 1; edge >= 0; edge--) {
    const over = (EDGES[edge] ?? 0) - waitSeconds;
    if (over <= 0) return;
    below[edge] = (below[edge] ?? 0) + requests * (1 - Math.exp(-over / sojournSeconds));
  }
}

/** Linear inside the bin; the last edge stands for what is above it. */
function quantileOf(below: Float64Array, wanted: number): number {
  const index = below.findIndex((count) => count >= wanted);
  if (index < 0) return EDGES.at(-1) ?? Number.NaN;
  const [low, high] = [index > 0 ? (below[index - 1] ?? 0) : 0, below[index] ?? 0];
  const [from, to] = [index > 0 ? (EDGES[index - 1] ?? 0) : 0, EDGES[index] ?? 0];
  return high > low ? from + ((wanted - low) / (high - low)) * (to - from) : to;
}
