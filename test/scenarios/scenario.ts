import type { PredictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import type { Reason } from '../../controller/reasons.ts';
import type { QualityFlag } from '../../controller/series/step.ts';

/** A scenario as it was written: what the world does, and what must be true of it. Times are seconds from its start. */
export interface Scenario {
  readonly file: string;
  readonly spec: PredictiveScalerSpec;
  readonly capacityRps: number;
  readonly startupSeconds: number;
  readonly replicas: number;
  /** The highest rate of the days before. */
  readonly seenRps: number;
  /** Arrivals per second of each step. */
  readonly load: readonly number[];
  readonly forecasts: readonly ForecastEvent[];
  readonly events: readonly Event[];
  readonly expectations: readonly Expectation[];
}

export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** What the forecast says from a time on, until the next such line. */
export interface ForecastEvent {
  readonly fromSeconds: number;
  readonly says:
    | { readonly kind: 'knows'; readonly withinPercent: number }
    | { readonly kind: 'stays' }
    | { readonly kind: 'rises'; readonly rps: number; readonly bySeconds: number }
    | { readonly kind: 'absent' }
    | { readonly kind: 'broken' };
}

export type Event =
  | (Span & { readonly kind: 'telemetry'; readonly is: 'missing' | QualityFlag })
  | (Span & { readonly kind: 'stale' })
  | (Span & { readonly kind: 'paused' })
  | (Span & { readonly kind: 'unknown capacity' })
  | (Span & { readonly kind: 'known'; readonly minReplicas: number })
  | { readonly kind: 'restart'; readonly atSeconds: number }
  | { readonly kind: 'approval'; readonly atSeconds: number }
  | { readonly kind: 'release'; readonly atSeconds: number }
  | { readonly kind: 'operator'; readonly atSeconds: number; readonly replicas: number };

export type Blindness = 'telemetry is missing' | 'telemetry is flawed' | 'the view is stale' | 'paused';

export type Expectation = { readonly line: number; readonly text: string } & (
  | (Span & {
      readonly kind: 'number';
      readonly of: 'replicas' | 'recommended' | 'ready';
      readonly least: number;
      readonly most: number;
      readonly reason?: Reason;
    })
  | { readonly kind: 'bound'; readonly least: number; readonly most: number }
  | { readonly kind: 'never'; readonly does: 'removes' | 'adds'; readonly during?: Blindness }
  | { readonly kind: 'step'; readonly does: 'removes' | 'adds'; readonly most: number }
  | { readonly kind: 'apart'; readonly does: 'removes' | 'adds'; readonly leastSeconds: number }
  | { readonly kind: 'changes'; readonly most: number }
  | { readonly kind: 'capacity'; readonly fromSeconds: number }
);
