/**
 * Every number of the policy that is not in the spec, with where it comes from. "Replay" is the replay of ten public
 * traces at 15 s ticks that docs/adr/0003-decision-pipeline.md sums up.
 */

/** Rates the reactive answer looks at: the newest may be half a burst, the one before shows its other half. */
export const REACTIVE_STEPS = 2;

/** Replay: up when more than 5 % short, down when more than 10 % over; tighter flaps with the noise. */
export const DEADBAND_UP = 0.05;
export const DEADBAND_DOWN = 0.1;

/** A step closes up to one step after what it saw, and the write it leads to is up to one step from the next look. */
export const DECISION_AGE_STEPS = 2;

/** Kubernetes' HPA: `--horizontal-pod-autoscaler-downscale-stabilization`, 5 minutes. */
export const REACTIVE_STABILIZATION_SECONDS = 300;

/** Replay: with a forecast that vouches for the next minutes, the highest need of the last 120 s is enough. */
export const FORECAST_STABILIZATION_SECONDS = 120;

/** Replay: a removed pod must not be needed again for clamp(3 x lead, 300 s, what the forecast covers). */
export const PAYBACK_LEADS = 3;
export const PAYBACK_LEAST_SECONDS = 300;

/** How sure the payback window has to be: wrong costs one start-up of a pod, not a missed request, so less than p99. */
export const PAYBACK_PROBABILITY = 0.9;

/** A new leader knows neither the last changes nor the last needs; after one reactive window it does. */
export const FRESH_START_SECONDS = 300;

/** Telemetry older than this many steps is missing; the flags of this many newest steps forbid scale-down. */
export const TELEMETRY_STEPS = 3;

/** Before a start was seen. Image pull and boot of a typical service; wrong on the safe side for most. */
export const DEFAULT_LEAD_SECONDS = 60;

/** Starts the p95 of the lead time is taken over; below the least, the default stays a lower bound. */
export const LEAD_STARTS = 50;
export const LEAD_LEAST_STARTS = 3;

/** A pod that needs longer than this has a problem that replicas do not solve; it is reported, not learned from. */
export const START_GIVEN_UP_SECONDS = 600;

/** A pod created later than this after an order was not created because of it. */
export const ORDER_WINDOW_SECONDS = 120;
