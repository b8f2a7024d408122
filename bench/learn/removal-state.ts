import { outlookOf, paybackSeconds, type Situation } from '../../controller/policy/situation.ts';

/** Upper edges of the bins of each feature; what is above the last is in one more bin. */
const NEED = [0.5, 0.6, 0.7, 0.8, 0.87];
const SOON = [0.6, 0.75, 0.85, 0.92, 1];
const AT_WORST = [0.7, 0.85, 1, 1.15, 1.4];
const TREND = [0.97, 1.03];

const SIZES = [NEED, SOON, AT_WORST, TREND].map((edges) => edges.length + 1);
export const REMOVAL_STATES = SIZES.reduce((product, size) => product * size, 1);

const AT_WORST_PROBABILITY = 0.95;

/**
 * What a decision to remove is learned from, as one number: the need, p75 and p95 of the maximum over the payback window, all
 * three by the replicas there are; and whether the load rises or falls until a replica could be had back. Undefined where the
 * forecast or the load is not known.
 *
 * 20 replicas, the need is 15, p75 16.5, p95 19; the median at the lead time is 2 % under the load now
 * 0.75 | 0.825 | 0.95 | 0.98: bins 3 of 6, 2 of 6, 2 of 6, 1 of 3
 * ((3 x 6 + 2) x 6 + 2) x 3 + 1
 * -> 367
 */
export function removalState(
  { observation, current, payback, reactive }: Situation,
  need: number,
): number | undefined {
  if (payback === undefined || reactive === undefined) return undefined;
  const { leadSeconds, at, ahead } = outlookOf(observation);
  const worst = ahead(paybackSeconds(leadSeconds), AT_WORST_PROBABILITY);
  const middle = at(leadSeconds, 0.5);
  if (worst === undefined || middle === undefined) return undefined;
  const bins = [
    binOf(NEED, need / current),
    binOf(SOON, payback.replicas / current),
    binOf(AT_WORST, worst.replicas / current),
    binOf(TREND, middle.rps / Math.max(reactive.rps, 1e-9)),
  ];
  return bins.reduce((state, bin, feature) => state * (SIZES[feature] ?? 1) + bin, 0);
}

function binOf(edges: readonly number[], value: number): number {
  const bin = edges.findIndex((edge) => value <= edge);
  return bin < 0 ? edges.length : bin;
}
