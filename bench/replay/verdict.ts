import { TICK_SECONDS } from './demand.ts';
import { type Elasticity, elasticityOf } from './elasticity.ts';
import { POD_RPS } from './latency.ts';
import { leadTimeGained, outcomeOf, type TickRow } from './outcome.ts';
import { responseQuantile } from './response-time.ts';
import { rowsOf, type Schedule } from './schedule.ts';

/** What came of one scaler over the judged ticks. */
export interface Verdict extends Elasticity {
  readonly podHours: number;
  readonly hotShare: number;
  readonly p99Ms: number;
  readonly reversalsPerDay: number;
  /** Against the tuned HPA, on rises, at equal utilisation; NaN without a rise. */
  readonly leadTimeGainedSeconds: number;
  readonly costPer1000Requests: number;
  /** Cost / the tuned HPA's. */
  readonly costVsTunedHpa: number;
  /** Share of the way from the tuned HPA's cost to the oracle's; NaN when there is no way between them. */
  readonly gapClosed: number;
}

export interface Bench {
  readonly fromTick: number;
  readonly warmupSeconds: number;
  /** What one pod costs per hour. */
  readonly podHourCost: number;
  readonly tunedHpa: Schedule;
  readonly oracle: Schedule;
}

/** Judges schedules of one demand by the same bench. */
export function judgeOn(bench: Bench): (schedule: Schedule) => Verdict {
  const rival = rowsOf(bench.tunedHpa, bench.fromTick);
  const tunedHours = outcomeOf(rival).podHours;
  const oracleHours = outcomeOf(rowsOf(bench.oracle, bench.fromTick)).podHours;
  return (schedule) => verdictOn(schedule, { ...bench, rival, tunedHours, oracleHours });
}

interface Measures extends Bench {
  readonly rival: readonly TickRow[];
  readonly tunedHours: number;
  readonly oracleHours: number;
}

function verdictOn(schedule: Schedule, bench: Measures): Verdict {
  const { rival, tunedHours, oracleHours } = bench;
  const rows = rowsOf(schedule, bench.fromTick);
  const { podHours, hotShare, directionChanges } = outcomeOf(rows);
  return {
    podHours,
    hotShare,
    p99Ms: 1000 * responseQuantile(schedule, bench.fromTick, 0.99, bench.warmupSeconds),
    reversalsPerDay: directionChanges / ((rows.length * TICK_SECONDS) / 86_400),
    ...elasticityOf(rows),
    leadTimeGainedSeconds: leadTimeGained(rows, rival).seconds,
    costPer1000Requests: (1000 * podHours * bench.podHourCost) / requestsOf(rows),
    costVsTunedHpa: podHours / tunedHours,
    gapClosed: tunedHours === oracleHours ? Number.NaN : (tunedHours - podHours) / (tunedHours - oracleHours),
  };
}

function requestsOf(rows: readonly TickRow[]): number {
  return rows.reduce((sum, { demand }) => sum + demand, 0) * POD_RPS * TICK_SECONDS;
}
