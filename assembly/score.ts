import { EXPERTS, SCORES, WATCHED } from './layout';
import { errorOf, weigh, weightAt } from './weighting';

/**
 * Mean absolute error so far and weight, per expert and watched lead: (EXPERTS + 1) x WATCHED x [error, weight]. The
 * last expert is the ensemble itself, with weight 1.
 */
export function writeScore(series: usize): usize {
  weigh(series);
  for (let expert = 0; expert <= EXPERTS; expert++) {
    for (let index = 0; index < WATCHED; index++) {
      const at = series + SCORES + ((<usize>(expert * WATCHED + index)) << 4);
      store<f64>(at, errorOf(series, index, expert));
      store<f64>(at + 8, expert == EXPERTS ? 1 : weightAt(index, expert));
    }
  }
  return series + SCORES;
}
