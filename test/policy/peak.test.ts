import test from 'ava';
import { isUsable, peakOver, peakRps } from '../../controller/policy/peak.ts';
import { forecast } from './observations.ts';

const windows = forecast((steps) => {
  if (steps === 2) return { p50: 60, p90: 90, p95: 100, p99: 140 };
  if (steps === 5) return { p50: 80, p90: 110, p95: 130, p99: 200 };
  return steps === 1 ? { p50: 50 } : { p50: 300, p99: 400 };
});
const calm = { mean: 50, p50: 50, p90: 80, p95: 90, p99: 120 };
const shaped = { ...windows, leads: windows.leads.map(() => calm) };

const answers = test.macro((t, steps: number, probability: number, rps: number) => {
  t.true(Math.abs(peakRps(shaped, steps, probability) - rps) < 1e-9);
});

const share = Math.log(5 / 3) / Math.log(5);
test('between two windows and two quantiles', answers, 3, 0.97, 100 + 40 * share + (30 + 30 * share) / 3);
test('at a window and a quantile', answers, 5, 0.95, 130);
test('between p50 and p90', answers, 2, 1 - 0.5 / Math.sqrt(5), 75);
test('between p90 and p95', answers, 2, 1 - 0.1 / Math.SQRT2, 95);
test('beyond p99 the tail goes on as it came', answers, 2, 1 - 0.01 / 5, 180);
test('below p50 neither', answers, 2, 0.2, 60);
test('a window shorter than the shortest', answers, 0.5, 0.5, 50);
test('a window longer than the longest', answers, 40, 0.99, 400);

test('a jump inside the window is seen whole, though no window length ends there', (t) => {
  const leads = shaped.leads.map((_, lead) => (lead === 3 ? { ...calm, p50: 900 } : calm));
  t.is(peakRps({ ...shaped, leads }, 3, 0.99), 160);
  t.is(peakRps({ ...shaped, leads }, 3.2, 0.99), 900);
});

test('without a window there is no answer', (t) => {
  t.is(peakRps({ ...shaped, peaks: [] }, 3, 0.99), Number.NaN);
});

test('one figure that is not a number spoils a forecast', (t) => {
  t.true(isUsable(shaped));
  t.false(isUsable({ ...shaped, peaks: [] }));
  for (const broken of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    t.false(isUsable(forecast((steps) => (steps === 20 ? { p50: 1, p90: broken } : { p50: 1 }))));
  }
  const leads = shaped.leads.map((lead, at) => (at === 29 ? { ...lead, p99: Number.NaN } : lead));
  t.false(isUsable({ ...shaped, leads }));
});

test('the figures for people are those of the shortest window that covers the time, or of the longest', (t) => {
  const all = forecast(100);
  for (const [seconds, steps] of [
    [1, 1],
    [15, 1],
    [30, 2],
    [31, 5],
    [450, 30],
    [600, 30],
  ] as const) {
    t.is(peakOver(all, seconds)?.steps, steps, `${seconds} s`);
  }
  t.is(peakOver({ ...all, peaks: [] }, 30), undefined);
});
