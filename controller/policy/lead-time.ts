import { z } from 'zod';
import type { PredictiveScalerSpec } from '../api/predictive-scaler.ts';
import type { Pod } from '../ports.ts';
import {
  DEFAULT_LEAD_SECONDS,
  LEAD_LEAST_STARTS,
  LEAD_STARTS,
  ORDER_WINDOW_SECONDS,
  START_GIVEN_UP_SECONDS,
} from './constants.ts';
import type { LeadTime } from './observation.ts';

const seconds = z.array(z.number().min(0)).max(LEAD_STARTS);

const schema = z.object({
  /** Created to Ready, newest last. */
  starts: seconds,
  /** Our write to the creation of its first pod, newest last. */
  orders: seconds,
  /** Pods that exist and are in `starts` already. */
  counted: z.array(z.string()),
  /** Unix ms of the last scale-up that no pod has answered yet. */
  orderedAtMs: z.number().optional(),
});

/** What is known about how long pods of one workload take to start. Plain JSON, so that it outlives the process. */
export type LeadTimeState = Readonly<z.output<typeof schema>>;

/** The state as it was remembered; empty when nothing was, or when it is not such a state. */
export function initialLeadTime(recalled?: unknown): LeadTimeState {
  const parsed = schema.safeParse(recalled);
  return parsed.success ? parsed.data : { starts: [], orders: [], counted: [] };
}

/** Notes a scale-up that was written at `wallMs`: the time until its first pod exists is part of the lead time. */
export function noteOrder(state: LeadTimeState, wallMs: number): LeadTimeState {
  return { ...state, orderedAtMs: wallMs };
}

/**
 * Counts each pod once, when it has become Ready, also if a new process has seen it not Ready since. A pod that needed
 * more than 10 minutes is not counted: what kept it is not the start-up (see {@link stuckPods}). Returns the same object
 * when there is nothing new.
 */
export function learnLeadTime(state: LeadTimeState, pods: readonly Pod[]): LeadTimeState {
  const ordered = answerOrder(state, pods);
  const known = new Set(state.counted);
  const started = pods.filter(({ uid, readyMs }) => readyMs !== undefined || known.has(uid));
  const fresh = started.filter(({ uid }) => !known.has(uid));
  if (ordered === state && fresh.length === 0 && started.length === state.counted.length) return state;
  const counted = started.map(({ uid }) => uid);
  const starts = fresh.map(startSeconds).filter((value) => value >= 0 && value <= START_GIVEN_UP_SECONDS);
  return { ...ordered, starts: [...state.starts, ...starts].slice(-LEAD_STARTS), counted };
}

/** Pods that were created more than 10 minutes before `wallMs` and have never been Ready. */
export function stuckPods(pods: readonly Pod[], wallMs: number): readonly Pod[] {
  return pods.filter(
    ({ createdMs, readyMs, terminating }) =>
      readyMs === undefined && !terminating && wallMs - createdMs > START_GIVEN_UP_SECONDS * 1000,
  );
}

/**
 * Decision to Ready: p95 of the starts plus p95 of the order delays. By nearest rank, so up to 20 starts it is the
 * slowest of them; with fewer than 3 the default stays a lower bound.
 *
 * starts 18, 20, 22 s; orders 1, 2 s
 * 22 + 2
 * -> 24 s
 */
export function leadTimeOf(state: LeadTimeState, spec: Pick<PredictiveScalerSpec, 'forecast'>): LeadTime {
  const starts = state.starts.length;
  const pinned = spec.forecast.leadSeconds;
  if (pinned !== undefined) return { seconds: pinned, source: 'pinned', starts };
  if (starts === 0) return { seconds: DEFAULT_LEAD_SECONDS, source: 'default', starts };
  const learned = p95(state.starts) + (state.orders.length === 0 ? 0 : p95(state.orders));
  const least = starts < LEAD_LEAST_STARTS ? DEFAULT_LEAD_SECONDS : 1;
  return { seconds: Math.max(learned, least), source: learned >= least ? 'learned' : 'default', starts };
}

function answerOrder(state: LeadTimeState, pods: readonly Pod[]): LeadTimeState {
  const { orderedAtMs, ...rest } = state;
  if (orderedAtMs === undefined) return state;
  // The API server's stamps are whole seconds, cut off: a pod created at once may seem a second older than its order.
  const delays = pods
    .map(({ createdMs }) => (createdMs - orderedAtMs) / 1000)
    .filter((delay) => delay > -1 && delay <= ORDER_WINDOW_SECONDS);
  if (delays.length === 0) return state;
  const delay = Math.max(0, Math.min(...delays));
  return { ...rest, orders: [...state.orders, delay].slice(-LEAD_STARTS) };
}

function startSeconds({ createdMs, readyMs = Number.NaN }: Pod): number {
  return (readyMs - createdMs) / 1000;
}

/** Nearest rank: the smallest value that 95 % of all are not above. */
function p95(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.ceil(0.95 * ascending.length) - 1] ?? Number.NaN;
}
