import { LADDER_PHASE_PRIOR_STEPS } from './constants.ts';

/** What one degree of sureness would have spoilt and cost, per step in each phase of the hour. Any one unit, faded alike. */
export interface Record {
  readonly hot: readonly number[];
  readonly cost: readonly number[];
}

/** A degree of sureness for each phase, and what these would have spoilt and cost in all. */
export interface Choice {
  readonly picks: readonly number[];
  readonly hot: number;
  readonly cost: number;
}

/** What a spoilt request is charged at, between nothing and so much that only the careful are chosen. */
const LEAST_PRICE = 0.05;
const MOST_PRICE = 1e5;
const HALVINGS = 24;

/**
 * The cheapest degrees, one for each phase, that together spoil no more than the budget. What a spoilt request may cost is the same
 * at all times, else it would be cheaper to spoil one more here and one less there; so each phase takes the degree of the least
 * cost + price x spoilt, and the lowest price that keeps the budget is looked for. `weights` are the steps of each phase. Of
 * equals the boldest.
 *
 * two phases of one step; bold costs 10 and spoils 0 | 4, sure costs 12 | 16 and spoils 0 | 1; the budget is 2
 * at a price of 2 and more the second phase is sure: 16 + 2 x 1 <= 10 + 2 x 4, the first stays bold
 * -> bold, sure; 1 is spoilt
 */
export function cheapest(records: readonly Record[], weights: readonly number[], budget: number): Choice {
  let [low, high] = [Math.log(LEAST_PRICE), Math.log(MOST_PRICE)];
  const bold = atPrice(records, weights, 0);
  if (bold.hot <= budget) return bold;
  let found = atPrice(records, weights, MOST_PRICE);
  for (let round = 0; round < HALVINGS; round++) {
    const middle = (low + high) / 2;
    const choice = atPrice(records, weights, Math.exp(middle));
    if (choice.hot > budget) low = middle;
    else {
      high = middle;
      found = choice;
    }
  }
  return bolder(records, weights, budget, found);
}

/** Of degrees that cost the same the boldest that leaves the budget kept: nothing is paid for a sureness that adds no replica. */
function bolder(
  records: readonly Record[],
  weights: readonly number[],
  budget: number,
  { picks, hot, cost }: Choice,
): Choice {
  let spoilt = hot;
  const bolderPicks = picks.map((pick, phase) => {
    const hotOf = (index: number) => (weights[phase] ?? 0) * (records[index]?.hot[phase] ?? 0);
    const others = spoilt - hotOf(pick);
    const index = records.findIndex(
      ({ cost: paid }, candidate) =>
        candidate <= pick &&
        (paid[phase] ?? 0) <= (records[pick]?.cost[phase] ?? 0) * (1 + 1e-9) &&
        (candidate === pick || others + hotOf(candidate) <= budget),
    );
    spoilt = others + hotOf(index);
    return index;
  });
  return { picks: bolderPicks, hot: spoilt, cost };
}

function atPrice(records: readonly Record[], weights: readonly number[], price: number): Choice {
  let [spoilt, cost] = [0, 0];
  const picks = weights.map((weight, phase) => {
    let [pick, least] = [0, Number.POSITIVE_INFINITY];
    for (const [index, { hot, cost: paid }] of records.entries()) {
      const charged = (paid[phase] ?? 0) + price * (hot[phase] ?? 0);
      if (charged < least) [pick, least] = [index, charged];
    }
    spoilt += weight * (records[pick]?.hot[phase] ?? 0);
    cost += weight * (records[pick]?.cost[phase] ?? 0);
    return pick;
  });
  return { picks, hot: spoilt, cost };
}

/**
 * What a step of each phase brings: its own sums over its own steps, with so many steps at the mean of all beside them, because a
 * phase in which nothing has happened yet is not therefore harmless.
 *
 * 12 spoilt in 3,000 steps of all phases, 9 of them in this phase's 250; 500 steps at the mean of 0.004 beside them
 * (9 + 500 x 0.004) / (250 + 500)
 * -> 0.0147
 */
export function perStep(inPhase: readonly number[], steps: readonly number[], mean: number): number[] {
  return inPhase.map(
    (sum, phase) =>
      (sum + LADDER_PHASE_PRIOR_STEPS * mean) / ((steps[phase] ?? 0) + LADDER_PHASE_PRIOR_STEPS),
  );
}
