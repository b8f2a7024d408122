import { PERIOD_DAYS } from '../budget.ts';
import type { BudgetUse } from '../observation.ts';
import { passes, type Rule } from '../rule.ts';

/**
 * Says how much of the objective's budget is spent, how fast, and how sure the forecast has to be for it. The number is
 * forecastDemand's.
 *
 * 41 % of the 30-day budget is spent, the last hour burnt 16 times its pace
 * 16 >= 14.4
 * -> unchanged; learned 95 %, the forecast has to be 99.5 % sure
 */
export const budget: Rule = {
  name: 'budget',
  apply({ observation: { budget: use, boldness } }, word) {
    if (use === undefined) return passes(word, 'no latency is known yet to count the budget by');
    const sure = Number((boldness.probability * 100).toFixed(2));
    return passes(word, `${spentText(use)}; ${guardText(use)}the forecast has to be ${sure} % sure`);
  },
};

function spentText({ spentShare, hourBurn, threeDayBurn }: BudgetUse): string {
  return (
    `${Math.round(spentShare * 100)} % of the ${PERIOD_DAYS}-day budget is spent, the last hour burnt ` +
    `${timesText(hourBurn)} x its pace, the last three days ${timesText(threeDayBurn)} x`
  );
}

function guardText({ guard }: BudgetUse): string {
  if (guard === 'none') return '';
  return guard === 'fast'
    ? 'as it burns fast for want of replicas, '
    : 'as it has burnt for hours for want of replicas, ';
}

function timesText(times: number): string {
  return `${Number(times.toPrecision(2))}`;
}
