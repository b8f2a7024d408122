import type { PredictiveScalerSpec } from './predictive-scaler.ts';
import { named, type SignalSpec, type SignalType, signalName, utilizations } from './signals-block.ts';

/**
 * What a schema of single fields cannot say: rules across fields. Each is CEL for the API server and a function for
 * the process; test/api holds the two against each other on the same specs.
 */
export interface Rule {
  /** The object the rule stands on, dotted from spec; empty: spec itself. `self` in the CEL is that object. */
  readonly on: string;
  readonly cel: string;
  /** The field an error points at, relative to `on`. */
  readonly field: string;
  /** Completes "<field>: ". */
  readonly message: string;
  readonly holds: (spec: PredictiveScalerSpec) => boolean;
}

const list = (types: readonly SignalType[]) => `[${types.map((type) => `'${type}'`).join(', ')}]`;
const ofAll = (cel: string) => `!has(self.signals) || self.signals.all(s, ${cel})`;
const every = (holds: (signal: SignalSpec) => boolean) => (spec: PredictiveScalerSpec) =>
  spec.signals?.every(holds) ?? true;
const isAmount = ({ type }: SignalSpec) => type !== 'RequestRate' && !utilizations.includes(type);

const signalRules: readonly Rule[] = [
  {
    on: '',
    cel: ofAll(`(s.type in ${list(utilizations)}) == has(s.averageUtilization)`),
    field: 'signals',
    message: 'must have averageUtilization for CPU and Memory, and only for these',
    holds: every(
      ({ type, averageUtilization }) => utilizations.includes(type) === (averageUtilization !== undefined),
    ),
  },
  {
    on: '',
    cel: ofAll(`(s.type in ${list([...utilizations, 'RequestRate'])}) != has(s.averageValue)`),
    field: 'signals',
    message: 'must have averageValue for InFlight, QueueDepth, Otlp and External, and only for these',
    holds: every((signal) => isAmount(signal) === (signal.averageValue !== undefined)),
  },
  {
    on: '',
    cel: ofAll(`(s.type in ${list(named)}) == has(s.metric)`),
    field: 'signals',
    message: 'must name a metric for Otlp and External, and only for these',
    holds: every(({ type, metric }) => named.includes(type) === (metric !== undefined)),
  },
  {
    on: '',
    cel: ofAll(`(s.type in ${list(utilizations)}) || !has(s.container)`),
    field: 'signals',
    message: 'must name a container for CPU and Memory only',
    holds: every(({ type, container }) => utilizations.includes(type) || container === undefined),
  },
  {
    on: '',
    cel: ofAll(
      "self.signals.exists_one(t, t.type == s.type && (has(t.metric) ? t.metric : '') == (has(s.metric) ? s.metric : '') && " +
        "(has(t.container) ? t.container : '') == (has(s.container) ? s.container : ''))",
    ),
    field: 'signals',
    message: 'must not name the same signal twice',
    holds: ({ signals = [] }) => new Set(signals.map(signalName)).size === signals.length,
  },
];

export const rules: readonly Rule[] = [
  ...signalRules,
  {
    on: '',
    cel: 'self.minReplicas <= self.maxReplicas',
    field: 'minReplicas',
    message: 'must be <= maxReplicas',
    holds: (spec) => spec.minReplicas <= spec.maxReplicas,
  },
  {
    on: 'scaleTargetRef',
    cel: "(self.apiVersion == 'apps/v1') == (self.kind in ['Deployment', 'StatefulSet'])",
    field: 'kind',
    message: 'must be Deployment or StatefulSet with apiVersion apps/v1, and with no other apiVersion',
    holds: ({ scaleTargetRef: { apiVersion, kind } }) =>
      (apiVersion === 'apps/v1') === (kind === 'Deployment' || kind === 'StatefulSet'),
  },
  {
    on: 'actuation',
    cel: "!has(self.name) || self.kind != 'Scale'",
    field: 'name',
    message: 'must be left out with kind Scale: that is the scale of scaleTargetRef',
    holds: ({ actuation }) => actuation.name === undefined || actuation.kind !== 'Scale',
  },
  {
    on: '',
    cel: "!has(self.behavior.scaleDown.rotationSeconds) || (self.scaleTargetRef.kind == 'Deployment' && self.actuation.kind == 'Scale')",
    field: 'behavior.scaleDown.rotationSeconds',
    message: 'must be left out but for the scale of a Deployment: only there it can be said which pods go',
    holds: ({ behavior, scaleTargetRef, actuation }) =>
      behavior.scaleDown.rotationSeconds === undefined ||
      (scaleTargetRef.kind === 'Deployment' && actuation.kind === 'Scale'),
  },
  {
    on: 'calendar',
    cel: '!has(self.events) || self.events.all(e, e.start < e.end)',
    field: 'events',
    message: 'must end after they start',
    holds: ({ calendar }) => calendar?.events.every(({ start, end }) => start < end) ?? true,
  },
  {
    on: 'calendar',
    cel: '!has(self.events) || self.events.all(e, !has(e.leadSeconds) || has(e.minReplicas))',
    field: 'events',
    message: 'must have minReplicas beside leadSeconds: they are what is asked for so long ahead',
    holds: ({ calendar }) =>
      calendar?.events.every((e) => e.leadSeconds === undefined || e.minReplicas !== undefined) ?? true,
  },
];

/**
 * Fields that do not exist but that users try. The API server drops unknown fields without a word (unless the client
 * asks for strict validation), and a dropped `namespace` would make Foresail scale another object than the one that
 * was meant. So these are declared in the CRD, and a rule refuses them.
 */
export interface RefusedField {
  readonly on: string;
  readonly field: string;
  readonly message: string;
}

export const refusedFields: readonly RefusedField[] = [
  {
    on: 'scaleTargetRef',
    field: 'namespace',
    message: 'must be left out: the target is always in the namespace of the PredictiveScaler',
  },
];
