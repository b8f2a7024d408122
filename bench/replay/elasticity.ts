import { HOT_UTILISATION } from './latency.ts';
import type { TickRow } from './outcome.ts';

/**
 * How closely supply follows need: the SPEC Research Group's elasticity metrics (Herbst et al., "Ready for Rain? A View
 * from SPEC Research on the Future of Cloud Metrics", 2016). Need d is the fewest pods that hold the objective, supply s
 * the Ready ones.
 */
export interface Elasticity {
  /** Mean of max(d - s, 0) / d, and of max(s - d, 0) / d. */
  readonly thetaU: number;
  readonly thetaO: number;
  /** Share of ticks with s < d, and with s > d. */
  readonly tauU: number;
  readonly tauO: number;
  /** Share of ticks in which need and supply moved in opposite directions. */
  readonly instability: number;
}

/**
 * need 4, 5, 5; supply 4, 4, 6
 * one tick of three short by a fifth, one over by a fifth; the second step: need still, supply up: not opposite
 * -> thetaU 1/15, thetaO 1/15, tauU 1/3, tauO 1/3, instability 0
 */
export function elasticityOf(rows: readonly TickRow[]): Elasticity {
  const sums = { thetaU: 0, thetaO: 0, tauU: 0, tauO: 0, instability: 0 };
  let before: { need: number; supply: number } | undefined;
  for (const { demand, ready: supply } of rows) {
    const need = Math.max(1, Math.ceil(demand / HOT_UTILISATION - 1e-9));
    sums.thetaU += Math.max(need - supply, 0) / need;
    sums.thetaO += Math.max(supply - need, 0) / need;
    if (supply < need) sums.tauU++;
    if (supply > need) sums.tauO++;
    if (before && (need - before.need) * (supply - before.supply) < 0) sums.instability++;
    before = { need, supply };
  }
  const count = rows.length;
  return {
    thetaU: sums.thetaU / count,
    thetaO: sums.thetaO / count,
    tauU: sums.tauU / count,
    tauO: sums.tauO / count,
    instability: sums.instability / Math.max(1, count - 1),
  };
}
