import test from 'ava';
import { wave } from '../core.ts';
import { noise, path, times } from './path.ts';

test('a straight line of roots is carried on, as in the worked example', (t) => {
  const said = path(
    'theta',
    times(1_000, (step) => (10 + 0.1 * step) ** 2),
    5_000,
  );
  for (const [lead, rate] of said.entries()) {
    const root = Math.sqrt(rate) - (10 + 0.1 * 999);
    t.true(Math.abs(root - 0.1 * (lead + 1)) < 0.02, `lead ${lead + 1}: ${root} above the last root`);
  }
});

test('a trend under noise is carried on too', (t) => {
  const rateAt = (step: number): number => (20 + 0.02 * step + noise(step)) ** 2;
  const last = Math.sqrt(path('theta', times(2_000, rateAt), 5_000)[29] ?? 0);
  t.true(Math.abs(last - (20 + 0.02 * 2_029)) < 0.5, `${last}`);
});

test('a handful of points is no trend', (t) => {
  const [first, last] = [0, 29].map((lead) => path('theta', [100, 121, 144], 5_000)[lead] ?? 0);
  t.true((last ?? 0) < 1.3 * (first ?? 0), `${first} to ${last}`);
});

test('the season lies on the line', (t) => {
  const rateAt = (step: number): number => (10 + 0.004 * step + 3 * Math.sin((2 * Math.PI * step) / 48)) ** 2;
  for (const [lead, rate] of path('theta', times(48 * 20, rateAt), 48).entries()) {
    const error = Math.abs(Math.sqrt(rate) - Math.sqrt(rateAt(48 * 20 + lead)));
    t.true(error < 0.15, `lead ${lead + 1}: ${error} of a root that swings by 3`);
  }
});

test('a gap does not bend the line', (t) => {
  const values = [...times(480, (step) => wave(step, 48, 50)), ...times(48, () => Number.NaN)];
  for (const [lead, rate] of path('theta', values, 48).entries()) {
    const due = wave(528 + lead, 48, 50);
    t.true(Math.abs(rate - due) < 5, `lead ${lead + 1}: ${rate}, due ${due}`);
  }
});
