import test from 'ava';
import { FIGURES, type ModelName } from '../../../assembly/pkg/forecaster.js';
import { core } from '../core.ts';

const SEASON = 48;

/** Workdays are busy at noon, the last two days of a week are flat; a few per cent of noise from integers. */
function week(step: number): number {
  const day = Math.floor(step / SEASON) % 7;
  const slot = step % SEASON;
  const noise = ((Math.imul(step + 1, 2_654_435_761) >>> 0) % 1000) / 1000;
  const hump = slot > 14 && slot < 40 ? 100 : 0;
  return (20 + (day < 5 ? hump : 0)) * (0.98 + 0.04 * noise);
}

function forecastAt(model: ModelName, steps: number): readonly number[] {
  const forecaster = core();
  const handle = forecaster.open(SEASON, 0, model);
  for (let step = 0; step < steps; step++) forecaster.push(handle, week(step));
  const figures = forecaster.forecast(handle);
  return Array.from({ length: 30 }, (_, lead) => figures[lead * FIGURES + 1] ?? Number.NaN);
}

for (const model of ['ensemble', 'ensemble-small'] as const) {
  test(`${model}: a free day is known as one before it begins, and the workday after it`, (t) => {
    const noon = (day: number): number => {
      const leads = forecastAt(model, (5 * 7 + day) * SEASON).slice(16);
      return leads.reduce((sum, point) => sum + point, 0) / leads.length;
    };
    const [saturday, monday] = [noon(5), noon(7)];
    t.true(
      saturday < 50 && monday > 100,
      `noon of Saturday ${saturday}, of Monday ${monday}; 20 and 120 come`,
    );
  });

  test(`${model}: ten steps of history are enough to follow a level`, (t) => {
    const forecaster = core();
    const handle = forecaster.open(1440, 10_080, model);
    for (let step = 0; step < 10; step++) forecaster.push(handle, 50 + (step % 3));
    const figures = forecaster.forecast(handle);
    for (let lead = 0; lead < 30; lead++) {
      const point = figures[lead * FIGURES + 1] ?? Number.NaN;
      t.true(point > 47 && point < 55, `lead ${lead + 1}: ${point}`);
    }
  });
}
