import { TICK_SECONDS } from '../../bench/replay/demand.ts';
import type { Tick } from '../../bench/replay/lane.ts';
import { HOT_UTILISATION, POD_RPS } from '../../bench/replay/latency.ts';
import { isHot, type TickRow } from '../../bench/replay/outcome.ts';
import type { Forecast } from '../forecast/forecast.ts';
import type { Account } from '../ports.ts';
import { grouped } from '../ui/amount.ts';
import { clockTime } from '../ui/plot.ts';
import type { Band, DecisionLine, PolicyOutcome, Sample } from '../ui/view-state.ts';

/** What is remembered of a run for showing it. */
export class DemoLog {
  readonly samples: Sample[] = [];
  readonly decisions: DecisionLine[] = [];
  /** The last that changed the replicas, whole. */
  lastChange: Account | undefined;

  tick(own: TickRow, peer: TickRow): void {
    this.samples.push({
      demand: own.demand * POD_RPS,
      capacity: own.ready * HOT_UTILISATION * POD_RPS,
      rivalCapacity: peer.ready * HOT_UTILISATION * POD_RPS,
      hot: isHot(own),
    });
  }

  /** Keeps what changed the replicas. */
  account(account: Account): void {
    const { observation, decision, outcome } = account;
    const from = observation.target?.replicas;
    if (outcome?.kind !== 'written' || from === undefined || from === decision.replicas) return;
    this.lastChange = account;
    this.decisions.push({
      atMs: observation.wallMs,
      from,
      to: decision.replicas,
      reason: decision.reason,
      message: decision.message,
    });
    // The view shows seven; a run of months must not keep all.
    if (this.decisions.length > 100) this.decisions.splice(0, 50);
  }
}

/** The forecast as the view draws it, from the end of the tick on. */
export function bandOf(forecast: Forecast | undefined): Band | undefined {
  if (!forecast || forecast.stepSeconds !== TICK_SECONDS) return undefined;
  return { p50: forecast.leads.map((lead) => lead.p50), p99: forecast.leads.map((lead) => lead.p99) };
}

/** One line an hour, where there is no terminal to draw on; undefined in between. */
export function hourLine(
  tick: Tick,
  rows: readonly TickRow[],
  outcomes: () => readonly PolicyOutcome[],
): string | undefined {
  if (tick.endMs % 3_600_000 !== 0) return undefined;
  const [own, peer] = rows;
  if (!own || !peer) return undefined;
  const load = grouped(Math.round(own.demand * POD_RPS));
  const short = outcomes().map(({ hotShare }) => `${(hotShare * 100).toFixed(2)} %`);
  const stamp = `${new Date(tick.endMs).toISOString().slice(0, 10)} ${clockTime(tick.endMs)} UTC`;
  return `${stamp}  load ${load.padStart(7)}/s  Foresail ${String(own.requested).padStart(3)} pods  HPA ${String(
    peer.requested,
  ).padStart(3)} pods  short of capacity so far ${short.join(' / ')}`;
}
