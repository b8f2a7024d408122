import { rateText, secondsText } from './figures.ts';
import type { Need, Situation } from './situation.ts';

/** `the forecast expects up to 840 requests/s within 45 s (99 % sure), one replica carries 75`; or `in 45 s`. */
export function expectation(situation: Situation, need: Need, when: 'in' | 'within' = 'within'): string {
  const sure = Number((need.probability * 100).toFixed(2));
  const { source } = situation.observation.forecast ?? { source: 'champion' };
  const who = source === 'champion' ? 'the forecast' : `the ${source} baseline`;
  return (
    `${who} expects up to ${rateText(need.rps)} requests/s ${when} ${secondsText(need.withinSeconds)} ` +
    `(${sure} % sure), ${capacityText(situation)}`
  );
}

/** `the load is 840 requests/s now, one replica carries 75`. */
export function presentLoad(situation: Situation, need: Need): string {
  return `the load is ${rateText(need.rps)} requests/s now, ${capacityText(situation)}`;
}

/** `one replica carries 75`, or `one replica carries 75 (60 seen, the rest inferred from how idle it was)`. */
function capacityText({ capacityRps, observation: { capacity } }: Situation): string {
  const { carriedRps } = capacity;
  const inferred =
    carriedRps === undefined ? '' : ` (${rateText(carriedRps)} seen, the rest inferred from how idle it was)`;
  return `one replica carries ${rateText(capacityRps)}${inferred}`;
}
