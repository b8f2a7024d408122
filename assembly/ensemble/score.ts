import { MODEL, OWN_ERRORS, stateOf, u32At, WATCHED } from '../layout';
import { momentOf } from './contexts';
import { CONTEXTS, expertsOf, shape, weightingOf } from './ensemble';
import { ENSEMBLE, ENSEMBLE_SMALL } from './ledger';
import { errorOf, MOST_EXPERTS, weigh, weightAt } from './weighting';

const scores = memory.data((MOST_EXPERTS + 1) * WATCHED * 2 * 8);

/**
 * Mean absolute error so far and weight, per expert and watched lead: rows x WATCHED x [error, weight]. The last row is
 * the answer itself, with weight 1; a candidate that is not an ensemble has only that one.
 */
export function writeScore(series: usize): usize {
  const state = stateOf(series);
  const model = u32At(series, MODEL);
  const experts = model == ENSEMBLE || model == ENSEMBLE_SMALL ? expertsOf(model) : 0;
  const weighting = weightingOf(state);
  if (experts > 0) {
    shape(model);
    weigh(weighting, momentOf(state + CONTEXTS));
  }
  for (let index = 0; index < WATCHED; index++) {
    for (let expert = 0; expert < experts; expert++) {
      write(expert, index, errorOf(weighting, index, expert), weightAt(index, expert));
    }
    write(experts, index, load<f64>(series + OWN_ERRORS + ((<usize>index) << 3)), 1);
  }
  return scores;
}

function write(row: i32, index: i32, error: f64, weight: f64): void {
  const at = scores + ((<usize>(row * WATCHED + index)) << 4);
  store<f64>(at, error);
  store<f64>(at + 8, weight);
}
