import type { PredictiveScalerSpec } from './predictive-scaler.ts';

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

export const rules: readonly Rule[] = [
  {
    on: '',
    cel: 'self.minReplicas <= self.maxReplicas',
    field: 'minReplicas',
    message: 'must be <= maxReplicas',
    holds: (spec) => spec.minReplicas <= spec.maxReplicas,
  },
  {
    on: 'actuation',
    cel: "!has(self.name) || self.kind != 'Scale'",
    field: 'name',
    message: 'must be left out with kind Scale: that is the scale of scaleTargetRef',
    holds: ({ actuation }) => actuation.name === undefined || actuation.kind !== 'Scale',
  },
  {
    on: 'calendar',
    cel: '!has(self.events) || self.events.all(e, e.start < e.end)',
    field: 'events',
    message: 'must end after they start',
    holds: ({ calendar }) => calendar?.events.every(({ start, end }) => start < end) ?? true,
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
