import test from 'ava';
import { FIGURES, LEADS, type ModelName } from '../../../assembly/pkg/forecaster.js';
import { core } from '../core.ts';

const budgets: readonly ModelName[] = ['ensemble', 'ensemble-small'];

/** The farthest p50 of the last season's forecasts from what came, after `seasons` seasons of `rateAt`. */
function worst(model: ModelName, season: number, seasons: number, rateAt: (step: number) => number): number {
  const forecaster = core();
  const handle = forecaster.open(season, 0, model);
  let far = 0;
  for (let step = 0; step < seasons * season; step++) {
    forecaster.push(handle, rateAt(step));
    if (step < (seasons - 1) * season) continue;
    const figures = forecaster.forecast(handle);
    for (let lead = 1; lead <= LEADS; lead++) {
      far = Math.max(far, Math.abs((figures[(lead - 1) * FIGURES + 1] ?? Number.NaN) - rateAt(step + lead)));
    }
  }
  return far;
}

const jobs = (step: number): number => (step % 60 === 7 ? 500 : step % 15 === 0 ? 100 : 3);

for (const model of budgets) {
  test(`a load that never moves is forecast to f32's last digit: ${model}`, (t) => {
    t.true(worst(model, 60, 20, () => 3.3) <= 1e-7);
  });

  test(`jobs that repeat every season are forecast to a hundredth of a request: ${model}`, (t) => {
    t.true(worst(model, 60, 40, jobs) < 0.01);
  });

  test(`a season too long for the ring is known to the 16 bits of its history: ${model}`, (t) => {
    t.true(worst(model, 240, 40, jobs) < 500 * 3e-4);
  });

  test(`0 and 1e6 in turn: the worked example: ${model}`, (t) => {
    t.true(worst(model, 60, 60, (step) => (step % 2) * 1e6) < 10);
  });

  test(`when a load that repeated to the last request stops doing so, the mixture answers again: ${model}`, (t) => {
    const season = 60;
    const rateAt = (step: number): number =>
      step < 20 * season
        ? jobs(step)
        : 50 + 40 * Math.sin(step / 150) + (Math.imul(step, 2_654_435_761) >>> 0) / 2 ** 28;
    const forecaster = core();
    const handle = forecaster.open(season, 0, model);
    let own = 0;
    let seasonal = 0;
    for (let step = 0; step < 60 * season; step++) {
      forecaster.push(handle, rateAt(step));
      if (step < 40 * season) continue;
      own += Math.abs((forecaster.forecast(handle)[1] ?? Number.NaN) - rateAt(step + 1));
      seasonal += Math.abs(rateAt(step + 1 - season) - rateAt(step + 1));
    }
    t.true(own < 0.8 * seasonal, `${own} against ${seasonal}`);
  });
}
