import test from 'ava';
import { wave } from '../core.ts';
import { noise, path, times } from './path.ts';

test('two values give the root of the worked example', (t) => {
  const [next = 0] = path('ets', [4, 9], 1000);
  t.true(Math.abs(next - 6.59) < 0.05, `${next}`);
});

test('a constant is forecast as itself', (t) => {
  for (const rate of path(
    'ets',
    times(300, () => 7),
    24,
  ))
    t.true(Math.abs(rate - 7) < 1e-5, `${rate}`);
});

test('a season on a rising level is followed: the error is a small part of the season', (t) => {
  const rateAt = (step: number): number => (10 + 0.005 * step + 3 * Math.sin((2 * Math.PI * step) / 48)) ** 2;
  const said = path('ets', times(48 * 20, rateAt), 48);
  for (const [lead, rate] of said.entries()) {
    const error = Math.abs(Math.sqrt(rate) - Math.sqrt(rateAt(48 * 20 + lead)));
    t.true(error < 0.15, `lead ${lead + 1}: ${error} of a root that swings by 3`);
  }
});

test('days that differ within the week are told apart when the week is given', (t) => {
  const rateAt = (step: number): number => wave(step, 24, step % 168 < 120 ? 100 : 40);
  const values = times(168 * 12, rateAt);
  const worst = (said: readonly number[]): number =>
    Math.max(...said.map((rate, lead) => Math.abs(rate - rateAt(values.length + lead))));
  const [given, not] = [worst(path('ets', values, 24, 168)), worst(path('ets', values, 24))];
  t.true(given < 0.6 * not, `${given} with the week, ${not} without`);
});

test('a gap is not load that fell: after it the level is what it was', (t) => {
  const values = [...times(480, (step) => wave(step, 48, 50)), ...times(48, () => Number.NaN)];
  for (const [lead, rate] of path('ets', values, 48).entries()) {
    const due = wave(528 + lead, 48, 50);
    t.true(Math.abs(rate - due) < 5, `lead ${lead + 1}: ${rate}, due ${due}`);
  }
});

test('noise around a level is averaged, a level that moved is followed', (t) => {
  const still = path(
    'ets',
    times(2_000, (step) => 100 + 20 * noise(step)),
    5_000,
  );
  t.true(Math.abs((still[29] ?? 0) - 100) < 4, `${still[29]}`);
  const moved = path(
    'ets',
    times(2_000, (step) => (step < 1_950 ? 100 : 300) + 20 * noise(step)),
    5_000,
  );
  t.true(Math.abs((moved[0] ?? 0) - 300) < 30, `${moved[0]}`);
});
