import type { Demand } from '../replay/demand.ts';
import { TICK_SECONDS } from '../replay/demand.ts';
import { Fleet } from '../replay/fleet.ts';
import { type Core, forecastTape } from '../replay/forecast-tape.ts';
import { HOT_UTILISATION, POD_RPS } from '../replay/latency.ts';
import { type Outcome, outcomeOf, type TickRow } from '../replay/outcome.ts';
import type { Scaler } from '../replay/scaler.ts';
import { foresailScaler } from '../replay/scalers/foresail.ts';
import { hpaScaler } from '../replay/scalers/hpa.ts';
import { type Attack, demandOf, faultsOf } from './attack.ts';

const STARTUP_SECONDS = 90;
/** A smooth hour to learn from, at 10 pods. */
const WARMUP: Attack = [
  { ticks: 240, shape: 'flat', low: 10, high: 10, periodTicks: 2, silentTicks: 0, deaths: 0 },
];

export interface Fought {
  readonly foresail: Outcome;
  readonly hpa: Outcome;
  /** Rows of foresail from the end of the warm-up on, and which of their ticks were silent. */
  readonly rows: readonly TickRow[];
  readonly silent: ReadonlySet<number>;
}

/** One attack on Foresail, and on an HPA at 70 % for comparison. What a pod carries is told: it is the policy that is attacked. */
export function fight(attack: Attack, core: Core): Fought {
  const all = [...WARMUP, ...attack];
  const pods = demandOf(all);
  const { silent, deaths } = faultsOf(all);
  const seen = pods.map((load, tick) => (silent.has(tick) ? Number.NaN : load));
  const demand: Demand = { startMs: 0, pods: seen, missing: silent.size };
  const forecasts = forecastTape(core, demand);
  const scaler = foresailScaler({ forecasts, startMs: 0, capacityRps: POD_RPS * HOT_UTILISATION });
  const from = WARMUP[0]?.ticks ?? 0;
  const rows = played(scaler, pods, seen, deaths).slice(from);
  const rival = played(hpaScaler('hpa', 70), pods, seen, deaths).slice(from);
  return {
    ...{ foresail: outcomeOf(rows), hpa: outcomeOf(rival), rows },
    silent: new Set([...silent].map((tick) => tick - from)),
  };
}

function played(
  scaler: Scaler,
  pods: Float64Array,
  seen: Float64Array,
  deaths: ReadonlyMap<number, number>,
): TickRow[] {
  const fleet = new Fleet(15, STARTUP_SECONDS, 0);
  const rows: TickRow[] = [];
  for (const [tick, demand] of pods.entries()) {
    const startMs = tick * TICK_SECONDS * 1000;
    const endMs = startMs + TICK_SECONDS * 1000;
    const dead = Math.min(deaths.get(tick) ?? 0, fleet.replicas - 1);
    const { replicas } = fleet;
    fleet.resize(replicas - dead, startMs);
    fleet.resize(replicas, startMs);
    const served = fleet.ready(startMs);
    fleet.resize(scaler.decide({ startMs, endMs, demand: seen[tick] ?? Number.NaN, served }, fleet), endMs);
    rows.push({
      atMs: startMs,
      demand,
      ready: served,
      starting: replicas - served,
      requested: fleet.replicas,
    });
  }
  return rows;
}
