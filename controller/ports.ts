import type { PredictiveScaler } from './api/predictive-scaler.ts';
import type { Calendar } from './calendar/calendar.ts';
import type { Forecast } from './forecast/forecast.ts';
import type { Decision } from './policy/decision.ts';
import type { Observation, Target } from './policy/observation.ts';
import type { Recommendation } from './policy/resources.ts';
import type { Reason } from './reasons.ts';
import type { Step } from './series/step.ts';
import type { Workload } from './workload.ts';

/**
 * Every interface to the outside. Adapters (kube/, store/, forecast/'s host, bench/replay) implement them; only main
 * wires them. A method that can fail says how in its result; what is thrown is a bug or an unreachable peer.
 */

/** The objects Foresail watches and writes. Reads are from a cache and never block. */
export interface Cluster {
  /** Seconds since the cache was last known to be current; Infinity before the first complete list. */
  staleSeconds(): number;
  /** All valid scalers, at most one per workload. Another one is reported through {@link Cluster.publish} by the adapter and left out. */
  scalers(): readonly PredictiveScaler[];
  /** The target of a scaler; undefined when it does not exist. Shows this process's own writes at once. */
  target(workload: Workload): Target | undefined;
  /** Pods of the workload with the times that lead time and capacity are learned from. */
  pods(workload: Workload): readonly Pod[];
  /** Asks for replicas, of the target or as the floor that spec.actuation names. Never throws for what the API server says; the outcome carries it. */
  scale(write: ScaleWrite): Promise<ScaleOutcome>;
  /** Takes pods out of the rotation and back into it; the first that cannot be is the outcome, undefined when all were. */
  rotate?(write: RotationWrite): Promise<RotationFailure | undefined>;
  /** Writes conditions and the few status figures of a scaler; does nothing when they have not changed. */
  publish(scaler: PredictiveScaler, status: ScalerStatus): Promise<void>;
  /** What people have approved for this scaler and may still be used; absent where there is nothing to approve with. */
  approvals?(scaler: PredictiveScaler): readonly Approval[];
  /** Emits an Event on the scaler, deduplicated in the client. */
  event(scaler: PredictiveScaler, reason: Reason, message: string): void;
  /** Calls back with the workload whose scaler, target or pods changed. Level-triggered: carries no content. */
  onChange(listener: (workload: Workload) => void): void;
}

export interface Pod {
  readonly uid: string;
  readonly name: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Unix ms; readyMs undefined while it has never been Ready. */
  readonly createdMs: number;
  readonly readyMs?: number;
  /** Equal for pods of one version of the workload's template; absent where the cluster does not say. */
  readonly revision?: string;
  /** Labelled as one that its Service sends requests to, and that Foresail may take out of it. */
  readonly inRotation?: true;
  /** Since when Foresail has it out of the rotation, Unix ms; absent: it has not. */
  readonly outSinceMs?: number;
  /** What its containers request, NaN where one requests nothing; absent where the adapter does not know. */
  readonly requests?: readonly ContainerAmounts[];
}

/** Somebody's word that one plan, named by its hash, may be carried out. */
export interface Approval {
  readonly planHash: string;
  /** Who gave it, as the API server knows them. */
  readonly by: string;
  /** Unix ms; from then on it counts no more. */
  readonly expiresMs: number;
}

/** Which pods leave the rotation, and which come back into it. */
export interface RotationWrite {
  readonly scaler: PredictiveScaler;
  readonly out: readonly Pod[];
  readonly back: readonly Pod[];
  readonly epoch: number;
}

export interface ContainerAmounts {
  readonly name: string;
  readonly cores: number;
  readonly bytes: number;
}

/** What pods use, and metrics of others. Reads never block: they give what came last. */
export interface Meter {
  /** Begins to read what is wanted, once per step, and forgets the rest. */
  refresh(wish: MeterWish): void;
  /** undefined: nothing has been read yet. */
  usages(namespace: string): Usages | undefined;
  external(
    namespace: string,
    metric: string,
  ): { readonly atMs: number; readonly value: number } | { readonly fault: string } | undefined;
}

export interface MeterWish {
  readonly namespaces: readonly string[];
  readonly externals: readonly { readonly namespace: string; readonly metric: string }[];
}

export interface Usages {
  /** By name. A pod that is not in it is not known. */
  readonly pods: ReadonlyMap<string, PodUsage>;
  /** Why the last read brought nothing. */
  readonly fault?: string;
}

export interface PodUsage {
  /** Unix ms, the end of the window that the CPU is a mean over. */
  readonly atMs: number;
  readonly windowSeconds: number;
  readonly containers: readonly ContainerAmounts[];
}

export interface ScaleWrite {
  readonly scaler: PredictiveScaler;
  readonly replicas: number;
  /** The leader's epoch: the API server refuses the write when a later one exists. */
  readonly epoch: number;
  readonly reason: Reason;
  readonly message: string;
}

export type ScaleOutcome =
  | { readonly kind: 'written'; readonly replicas: number }
  /** Not yet: what is to go is out of rotation first. */
  | { readonly kind: 'held'; readonly message: string }
  | RotationFailure;

export type RotationFailure =
  | { readonly kind: 'conflict'; readonly message: string }
  | { readonly kind: 'refused'; readonly reason: 'ScaleRefused' | 'FencedOut'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };

export interface ScalerStatus {
  /** Absent without a target: what does not exist has no replicas, not zero, and none are wanted of it. */
  readonly currentReplicas?: number;
  readonly desiredReplicas?: number;
  /** Upper demand over the lead time in requests per second, rounded; absent without a forecast. */
  readonly forecastRps?: number;
  /** `champion`, `seasonal`, `conservative`; absent without a forecast. */
  readonly model?: string;
  /** The periods of the load that the forecast goes by, in words; absent without a forecast. */
  readonly season?: string;
  /** Which signal asks for most; absent where the request rate is the only one. */
  readonly signal?: string;
  /** Of what 30 days may spend of the objective's budget; absent while no latency is known. */
  readonly budgetSpentPercent?: number;
  /** What each container should request; absent where nobody asks or too little is known. */
  readonly resources?: {
    readonly recommendation: readonly {
      readonly containerName: string;
      readonly cpu: string;
      readonly memory: string;
    }[];
  };
  /** A plan that waits to be approved, or is being carried out; absent: there is none. */
  readonly heldPlan?: {
    readonly hash: string;
    readonly from: number;
    readonly to: number;
    /** RFC 3339. */
    readonly expires: string;
  };
  readonly leadSeconds: number;
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly type: 'Ready' | 'ScalingActive' | 'ScalingLimited' | 'TelemetryFresh' | 'SoleWriter';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
}

/** Who sent a request, by its token. */
export interface Identifier {
  identify(token: string): Promise<Identity>;
}

export type Identity =
  | { readonly kind: 'pod'; readonly workload: Workload; readonly podUid: string; readonly podName: string }
  | {
      readonly kind: 'refused';
      readonly reason: 'TokenRefused' | 'WorkloadUnknown';
      readonly message: string;
    }
  /** The API server could not be asked: the caller may come again. */
  | { readonly kind: 'unavailable'; readonly message: string };

/** Whether this process may act. Read at the moment of each write. */
export interface Leadership {
  current(): { readonly leading: boolean; readonly epoch: number; readonly holder: string };
}

/**
 * History that outlives the process. Writes are batched and never block the tick; `flush` waits for them. A read rejects
 * when it cannot be done.
 */
export interface History {
  append(workload: string, steps: readonly Step[]): void;
  /** Rates of [fromMs, toMs) on the step grid, NaN where nothing is known. */
  rates(workload: string, fromMs: number, toMs: number, stepSeconds: number): Promise<Float64Array>;
  /** What was learned, by workload and name (capacity, lead time); JSON. */
  remember(workload: string, name: string, value: unknown): void;
  recall(workload: string, name: string): Promise<unknown>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Forecasts of many workloads at once; never rejects: whatever happens to the model, a baseline answers. */
export interface Forecaster {
  advance(requests: readonly ForecastRequest[]): Promise<readonly Forecast[]>;
  close(): Promise<void>;
}

export interface ForecastRequest {
  readonly workload: string;
  readonly stepSeconds: number;
  /** Absent: it is found from the history, and the day until then. */
  readonly seasonSteps?: number;
  /** What is known of days and events, absent where nothing is. One with another key starts the series again from its history. */
  readonly calendar?: Calendar;
  /** End of the newest step. */
  readonly originMs: number;
  /** The rates of steps that ended in (sinceMs, originMs], NaN where missing; from the ring or from History. */
  readonly ratesSince: (sinceMs: number) => Float64Array;
}

/** Is told of every decision, with what it was made from and what came of it. */
export interface Recorder {
  decided(account: Account): void;
  /** No scaler names the workload any more: nothing is kept of it. */
  forgotten(workload: Workload): void;
}

export interface Account {
  readonly observation: Observation;
  readonly decision: Decision;
  /** What each container should request; absent where nobody asks for it. */
  readonly recommendations?: readonly Recommendation[];
  /** undefined: nothing was to be written, or this controller does not lead. */
  readonly outcome?: ScaleOutcome;
}
