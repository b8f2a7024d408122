import type { Rule } from './rule.ts';
import { anomaly } from './rules/anomaly.ts';
import { budget } from './rules/budget.ts';
import { calendarFloor } from './rules/calendar.ts';
import { forecastChain } from './rules/chain.ts';
import { demandDoubtful } from './rules/doubt.ts';
import { ceiling, cooldown, floor, step } from './rules/limits.ts';
import { deadband, forecastDemand, reactiveFloor } from './rules/need.ts';
import { actuator, rivals, undone } from './rules/others.ts';
import { mode, paused } from './rules/permission.ts';
import {
  clusterStale,
  forecastBroken,
  freshStart,
  telemetryFlawed,
  telemetryMissing,
} from './rules/quality.ts';
import { releaseFreeze } from './rules/release.ts';
import { forecastScaleDown, payback, stabilization } from './rules/scale-down.ts';
import { signalDemand, signalMissing } from './rules/signals.ts';
import { capacityUnknown } from './rules/unknown-capacity.ts';

/** Rules in the order they apply, in parts. */
export type RuleBook = Readonly<
  Record<'need' | 'doubt' | 'signals' | 'restraint' | 'permission', readonly Rule[]>
>;

/**
 * The decision, rule by rule, in the order they apply. Each sees the number the one before left. `need` and, where
 * spec.signals has more than the request rate, `signals` end in what is remembered for stabilisation, `restraint` in `recommended`, `permission` in what is asked for.
 */
export const rules: RuleBook = {
  need: [
    forecastChain,
    budget,
    forecastDemand,
    reactiveFloor,
    deadband,
    telemetryFlawed,
    forecastBroken,
    clusterStale,
    capacityUnknown,
    telemetryMissing,
  ],
  doubt: [demandDoubtful],
  signals: [signalDemand, signalMissing],
  restraint: [
    freshStart,
    releaseFreeze,
    stabilization,
    payback,
    anomaly,
    step,
    cooldown,
    floor,
    calendarFloor,
    ceiling,
  ],
  permission: [forecastScaleDown, mode, undone, rivals, actuator, paused],
};
