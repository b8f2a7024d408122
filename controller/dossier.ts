import type { Told } from './actuate/publish.ts';
import type { Forecast } from './forecast/forecast.ts';
import type { BudgetState } from './policy/budget.ts';
import type { CapacityState } from './policy/capacity.ts';
import type { HighWaterState } from './policy/high-water.ts';
import type { LadderState } from './policy/ladder.ts';
import type { LeadTimeState } from './policy/lead-time.ts';
import type { Memory } from './policy/observation.ts';
import type { ReleaseState } from './policy/release.ts';
import type { ResourcesState } from './policy/resources.ts';
import type { Account } from './ports.ts';
import type { Trail } from './series/trail.ts';
import type { WorkloadSeries } from './series/workload-series.ts';
import type { Workload } from './workload.ts';

/** Everything held in memory about one workload between two ticks. */
export interface Dossier {
  readonly workload: Workload;
  readonly series: WorkloadSeries;
  leadTime: LeadTimeState;
  capacity: CapacityState;
  ladder: LadderState;
  budget: BudgetState;
  highWater: HighWaterState;
  /** Absent before a pod was seen. */
  release?: ReleaseState;
  memory: Memory;
  resources: ResourcesState;
  /** What is stored of the workload was read. Until then no model is given its series, and nothing is stored over it. */
  recalled: boolean;
  /** What the signals of the meter were in the last steps, by name. */
  readonly trails: Map<string, Trail>;
  forecast?: Forecast;
  /** The last decision with what it was made from and what came of it: what `explain`, the view and status show. */
  last?: Account;
  told?: Told;
}
