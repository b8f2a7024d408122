import { ROWS } from '../layout';
import { seasoned } from './features';
import { priorCoefficients, priorOffsets } from './prior';
import { burstAt, coefficientsAt, groupOf, OFFSETS, planFind, rowAt } from './state';
import { tablesOpen } from './tables';

/**
 * The distribution around any candidate's path: quantiles of every lead, and of the maximum over windows. A window has
 * a distribution of its own, learned from maxima that came: the maximum of the leads' quantiles is not a quantile of
 * the maximum. learn.ts judges what was said when its value comes, said.ts says the next, answer.ts reads it out.
 */
export function distributionOpen(series: usize): void {
  planFind();
  store<f32>(burstAt(series), 1);
  tablesOpen(series);
  for (let row = 0; row < ROWS; row++) {
    memory.copy(rowAt(series, row) + OFFSETS, priorOffsets(groupOf(row)), 16);
  }
  priorCoefficients(coefficientsAt(series, 0), seasoned(series));
}
