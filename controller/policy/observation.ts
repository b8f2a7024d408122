import type { PredictiveScaler, PredictiveScalerSpec } from '../api/predictive-scaler.ts';
import type { CalendarFloor } from '../calendar/floors.ts';
import type { Forecast } from '../forecast/forecast.ts';
import type { Approval } from '../ports.ts';
import type { Step } from '../series/step.ts';
import type { Workload } from '../workload.ts';
import type { Doubt } from './doubt.ts';
import type { HighWater } from './high-water.ts';
import type { SignalReading } from './signal.ts';

/** Everything a decision may know, gathered once, plain and serialisable: the same observation decides the same. */
export interface Observation {
  readonly workload: Workload;
  /** Whose spec it is; absent in a replay. */
  readonly scaler?: Pick<PredictiveScaler, 'namespace' | 'name' | 'uid' | 'generation'>;
  readonly spec: PredictiveScalerSpec;
  /** Unix ms, for the record only. */
  readonly wallMs: number;
  /** Monotonic ms: all cooldowns and ages below are on this clock. */
  readonly nowMs: number;
  readonly stepSeconds: number;
  /** undefined: scaleTargetRef names nothing that exists. */
  readonly target: Target | undefined;
  /** The view of the cluster is older than its deadline: may rise, must not fall. */
  readonly clusterStale: boolean;
  /** The last closed steps, oldest first, at most 40 (10 minutes at 15 s); empty without telemetry. */
  readonly recent: readonly Step[];
  /** Age of the newest step with a known rate, in seconds; Infinity when there is none. */
  readonly telemetryAgeSeconds: number;
  readonly forecast: Forecast | undefined;
  readonly capacity: Capacity;
  readonly leadTime: LeadTime;
  readonly boldness: Boldness;
  /** Monotonic ms at which another revision of the software was noticed; absent while none was. */
  readonly releasedMs?: number;
  /** Absent while nothing is known of it. */
  readonly budget?: BudgetUse;
  /** The highest load that was really seen; absent while none was. */
  readonly highWater?: HighWater;
  /** One for each of spec.signals but the request rate; absent where there is none. */
  readonly signals?: readonly SignalReading[];
  /** What people have approved, expired or not; absent where there is nothing to approve with. */
  readonly approvals?: readonly Approval[];
  /** Events that ask for replicas and go on or begin within hours; absent where the calendar has no such events. */
  readonly calendarFloors?: readonly CalendarFloor[];
  readonly memory: Memory;
}

export interface Target {
  /** What was asked for: spec.replicas, or the floor that stands where spec.actuation sets a floor. */
  readonly replicas: number;
  /** Over a floor: spec.replicas, which somebody else sets. */
  readonly workloadReplicas?: number;
  /** Between what the owner of a floor lets it be, and whose limits these are. */
  readonly limits?: { readonly minReplicas: number; readonly maxReplicas: number; readonly of: string };
  /** Why there is nothing to write the number to; absent when there is. */
  readonly actuatorMissing?: string;
  /** Others that scale the same target all the time. */
  readonly rivals?: readonly Rival[];
  /** Why it cannot be seen whether there are any; absent when it can. */
  readonly rivalsUnknown?: string;
  /** The ScaledObject that asks for the number; absent where it is written. */
  readonly asker?: string;
  /** Who set `replicas` last; absent when that was Foresail, or is not known. */
  readonly writer?: Writer;
  /** Pods Ready now. */
  readonly ready: number;
  /** Pods asked for and not Ready yet. */
  readonly starting: number;
  readonly resourceVersion: string;
}

/** Another object that scales the target. */
export interface Rival {
  readonly kind: string;
  readonly name: string;
}

/** A field manager, and the Unix ms of its last write. */
export interface Writer {
  readonly manager: string;
  readonly atMs: number;
}

/** Requests per second that one ready, warm replica carries inside the objective. */
export interface Capacity {
  /** A conservative bound; NaN while nothing is known. */
  readonly rpsPerReplica: number;
  readonly source: 'pinned' | 'learned' | 'unknown';
  /** How many steps of evidence stand behind it. */
  readonly evidence: number;
  /** What was really carried, where the bound is beyond it: the rest is inferred from how idle the replicas were. */
  readonly carriedRps?: number;
  /** While unknown: what one replica had when the objective was first seen met, or more where it was idle. */
  readonly firstRps?: number;
  /** While unknown: between which rates per replica the objective was missed; absent when it was not. */
  readonly missed?: { readonly lowestRps: number; readonly highestRps: number };
}

/** What was spent of the objective's budget. A burn of 1 spends exactly all of it in 30 days. */
export interface BudgetUse {
  /** Of what 30 days may spend; above 1 when it is overspent. */
  readonly spentShare: number;
  readonly hourBurn: number;
  readonly threeDayBurn: number;
  /** Whether it burns so fast, for want of replicas, that the forecast has to be surer. */
  readonly guard: 'none' | 'slow' | 'fast';
}

/** How sure to be that the load over the lead time stays under what is asked for. */
export interface Boldness {
  readonly probability: number;
  readonly source: 'learned' | 'default';
  /** Share of requests that this would have let meet too little capacity; NaN while not learned. */
  readonly hotShare: number;
  /** Steps of evidence. */
  readonly steps: number;
}

/** Decision to Ready, p95 over the starts seen. */
export interface LeadTime {
  readonly seconds: number;
  readonly source: 'pinned' | 'learned' | 'default';
  readonly starts: number;
}

/** What the last decisions left behind; returned anew by each decision and given to the next. */
export interface Memory {
  /** Monotonic ms of the last change asked for in each direction; undefined: none since start. */
  readonly lastUpMs?: number;
  readonly lastDownMs?: number;
  /** Raw recommendations of the stabilisation window, oldest first. */
  readonly recommendations: readonly { readonly atMs: number; readonly replicas: number }[];
  /** Monotonic ms at which this controller first saw the workload: a fresh start removes nothing yet. */
  readonly sinceMs: number;
  /** What the last decision asked for; a higher number in the target was set by somebody else. */
  readonly askedReplicas?: number;
  /** Why the rate that fell is not believed; absent when it is. */
  readonly doubt?: Doubt;
  /** Changes by somebody else soon after a change of ours, of the last hour, oldest first; absent: none. */
  readonly undone?: readonly Undone[];
  /** A plan that is held until somebody approves it; absent: there is none. */
  readonly plan?: Plan;
}

/** Replicas beyond what history supports. It stays as it is while the need jitters, so that an approval is for one number. */
export interface Plan {
  /** Of the scaler and its generation, both numbers and the time of issue: another leader never makes the same one. */
  readonly hash: string;
  readonly from: number;
  readonly to: number;
  /** Monotonic ms. */
  readonly sinceMs: number;
  readonly expiresMs: number;
  /** Unix ms, for people. */
  readonly expiresAtMs: number;
}

/** Somebody else changed what this controller had asked for. */
export interface Undone {
  /** Monotonic ms. */
  readonly atMs: number;
  readonly manager: string;
  /** Of the write, Unix ms: each counts once. */
  readonly writtenMs: number;
}
