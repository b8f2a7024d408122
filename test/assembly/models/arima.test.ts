import test from 'ava';
import { wave } from '../core.ts';
import { noise, path, times } from './path.ts';

/** Roots whose steps are .7 of the step before and a little noise; the last step is a shock of 2. */
function shocked(length: number): readonly number[] {
  let root = 200;
  let step = 0;
  return times(length, (at) => {
    step = at === length - 1 ? 2 : 0.7 * step + 0.05 * noise(at);
    root += step;
    return root ** 2;
  });
}

test('the coefficient of an integrated AR(1) is found: a shock of 2 goes on by .7, .7 + .49, ..', (t) => {
  const values = shocked(4_000);
  const last = Math.sqrt(values.at(-1) ?? 0);
  const said = path('arima', values, 5_000);
  for (const [lead, factor] of [
    [1, 0.7],
    [2, 0.7 + 0.49],
    [30, 0.7 / 0.3],
  ] as const) {
    const onward = Math.sqrt(said[lead - 1] ?? 0) - last;
    t.true(Math.abs(onward / 2 - factor) < 0.12 * factor, `lead ${lead}: ${onward / 2}, due ${factor}`);
  }
});

test('steps that take turns are seen to take turns', (t) => {
  const said = path(
    'arima',
    times(1_000, (step) => (step % 2 === 0 ? 100 : 144)),
    5_000,
  );
  for (const [lead, rate] of said.slice(0, 6).entries()) {
    const due = (1_000 + lead) % 2 === 0 ? 100 : 144;
    t.true(Math.abs(rate - due) < 8, `lead ${lead + 1}: ${rate}, due ${due}`);
  }
});

test('what grows without end is not carried on for ever', (t) => {
  const values = times(60, (step) => 1.5 ** step);
  const said = path('arima', values, 5_000);
  t.true(Math.max(...said) <= 3 * (values.at(-1) ?? 0), `${Math.max(...said)} after ${values.at(-1)}`);
});

test('the season is kept through iterated leads, and a gap does not bend it', (t) => {
  const values = [...times(960, (step) => wave(step, 48, 50)), ...times(48, () => Number.NaN)];
  for (const [lead, rate] of path('arima', values, 48).entries()) {
    const due = wave(1_008 + lead, 48, 50);
    t.true(Math.abs(rate - due) < 6, `lead ${lead + 1}: ${rate}, due ${due}`);
  }
});
