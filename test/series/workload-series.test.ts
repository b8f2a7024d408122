import test from 'ava';
import type { Step } from '../../controller/series/step.ts';
import { WorkloadSeries } from '../../controller/series/workload-series.ts';
import { counter, gauge, histogram, report, T0 } from './reports.ts';

const at = (seconds: number) => T0 + seconds * 1000;
const S = 15;

/** A pod that exports every `every` seconds from `from` to `to`, at a steady rate. */
function feed(series: WorkloadSeries, pod: string, rps: number, from: number, to: number, every = 5) {
  for (let second = from; second <= to; second += every) {
    series.accept(report(pod, [counter(at(second), 1000 + rps * second)]));
  }
}

const near = (t: import('ava').ExecutionContext, actual: number | undefined, wanted: number) =>
  t.true(
    Math.abs((actual ?? Number.NaN) - wanted) < 1e-6 * Math.max(1, wanted),
    `${actual} is not ${wanted}`,
  );

const only = (steps: readonly Step[]): Step => {
  if (steps.length !== 1 || steps[0] === undefined) throw new Error(`${steps.length} steps`);
  return steps[0];
};

test('without any report there are no steps', (t) => {
  const series = new WorkloadSeries();
  t.deepEqual(series.close(at(600), ['a']), []);
  t.is(series.lastKnownMs, undefined);
  t.deepEqual(series.recent(10), []);
});

test('a step closes when its end and the grace have passed, not before', (t) => {
  const series = new WorkloadSeries({ graceMs: 2_000 });
  feed(series, 'a', 10, 0, 15);
  series.close(at(2), ['a']); // the step that ended with the first report
  t.deepEqual(series.close(at(16.9), ['a']), []);
  const step = only(series.close(at(17), ['a']));
  t.is(step.startMs, at(0));
  near(t, step.rps, 10);
  t.deepEqual(step.flags, []);
  t.is(step.podsReporting, 1);
  t.is(series.lastKnownMs, at(S));
});

test('an export that straddles two steps counts in each by its share of the time', (t) => {
  const series = new WorkloadSeries({ graceMs: 5_000 });
  // 60 requests in (10 s, 20 s]: half before 15 s, half after
  for (const [second, value] of [
    [0, 0],
    [10, 0],
    [20, 60],
    [30, 60],
  ] as const) {
    series.accept(report('a', [counter(at(second), value)]));
  }
  const [, first, second] = series.close(at(35), ['a']);
  near(t, first?.rps, 30 / S);
  near(t, second?.rps, 30 / S);
});

test('the first point of a pod that has been up for long is only a base', (t) => {
  const series = new WorkloadSeries();
  series.accept(report('a', [counter(at(5), 1e9)]));
  series.accept(report('a', [counter(at(10), 1e9 + 50)]));
  const step = only(series.close(at(17), ['a']));
  near(t, step.rps, 10);
});

test('the first point of a pod that began in this step counts from its start, and nothing before it', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 30);
  series.close(at(17), ['a']);
  // began at 20 s: 30 requests until 25 s, 60 until 30 s
  const startMs = at(20);
  series.accept(report('b', [counter(at(25), 30, { startMs })]));
  series.accept(report('b', [counter(at(30), 60, { startMs })]));
  near(t, only(series.close(at(32), ['a', 'b'])).rps, 10 + 60 / S);
});

test('a pod whose first export says that it begins now counts the same', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 30);
  series.close(at(17), ['a']);
  const startMs = at(20);
  for (const second of [20, 25, 30]) {
    series.accept(report('b', [counter(at(second), 6 * (second - 20), { startMs })]));
  }
  near(t, only(series.close(at(32), ['a', 'b'])).rps, 10 + 60 / S);
});

test('a sidecar that begins anew in a pod that is up loses the time between, and is not taken for a new pod', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  series.close(at(17), ['a']);
  const startMs = at(20);
  for (const second of [20, 25, 30]) {
    series.accept(report('a', [counter(at(second), 10 * (second - 20), { startMs })]));
  }
  const step = only(series.close(at(32), ['a']));
  near(t, step.rps, 10);
  t.deepEqual(step.flags, ['Reset']);
});

test('when our own clock is set back, steps go on from there and nothing of the future is known', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 60);
  series.close(at(62), ['a']);
  feed(series, 'a', 10, 3600, 3660);
  series.close(at(3662), ['a']);
  t.deepEqual(series.close(at(70), ['a']), []);
  t.is(series.lastKnownMs, at(60));
  feed(series, 'a', 20, 75, 90);
  const step = series.close(at(92), ['a']).at(-1);
  t.is(step?.startMs, at(75));
  near(t, step?.rps, 20);
});

test('a pod that is gone counts only for the time it was there', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 30);
  feed(series, 'b', 30, 0, 20);
  series.close(at(17), ['a', 'b']);
  near(t, only(series.close(at(32), ['a'])).rps, 10 + (30 * 5) / S);
});

test('a pod that is merely not Ready counts in full', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 30);
  feed(series, 'b', 30, 2.5, 27.5);
  series.close(at(17), ['a', 'b']);
  near(t, only(series.close(at(32), ['a'])).rps, 40);
});

test('a silent pod that exists counts as the mean of the others, and the step is Partial', (t) => {
  const series = new WorkloadSeries();
  for (const pod of ['a', 'b', 'c']) feed(series, pod, 10, 0, 15);
  series.close(at(17), ['a', 'b', 'c']);
  feed(series, 'a', 10, 20, 30);
  feed(series, 'b', 14, 20, 30);
  const step = only(series.close(at(32), ['a', 'b', 'c']));
  t.deepEqual(step.flags, ['Partial']);
  t.is(step.podsReporting, 2);
  t.is(step.podsExpected, 3);
  t.true(step.rps > 30);
});

test('a pod that never spoke, or exists no more, is not made up for', (t) => {
  const series = new WorkloadSeries();
  for (const pod of ['a', 'b']) feed(series, pod, 10, 0, 15);
  series.close(at(17), ['a', 'b', 'never']);
  feed(series, 'a', 10, 20, 30);
  const step = only(series.close(at(32), ['a', 'never']));
  near(t, step.rps, 10);
  t.deepEqual(step.flags, []);
});

test('a pod whose sidecar died is made up for as long as the pod exists', (t) => {
  const series = new WorkloadSeries();
  const pods = ['a', 'b', 'c'];
  for (const pod of pods) feed(series, pod, 10, 0, 15);
  for (const pod of ['a', 'b']) feed(series, pod, 10, 20, 1800);
  const step = series.close(at(1802), pods).at(-1);
  near(t, step?.rps, 30);
  t.deepEqual(step?.flags, ['Partial', 'Stuck']);
});

test('while the cluster cannot say what exists, a pod is made up for 5 minutes', (t) => {
  const series = new WorkloadSeries();
  for (const pod of ['a', 'b', 'c']) feed(series, pod, 10, 0, 15);
  for (const pod of ['a', 'b']) feed(series, pod, 10, 20, 600);
  const steps = series.close(at(602), undefined);
  near(t, steps.find((step) => step.startMs === at(285))?.rps, 30);
  near(t, steps.find((step) => step.startMs === at(315))?.rps, 20);
});

test('when fewer than half of the pods speak the rate is missing, not low', (t) => {
  const series = new WorkloadSeries();
  const pods = ['a', 'b', 'c'];
  for (const pod of pods) feed(series, pod, 10, 0, 15);
  series.close(at(17), pods);
  feed(series, 'a', 10, 20, 30);
  const step = only(series.close(at(32), pods));
  t.true(Number.isNaN(step.rps));
  t.deepEqual(step.flags, ['Missing']);
});

test('when every pod falls silent steps go on, missing, and the last known one stays where it was', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  const steps = series.close(at(62), ['a']).slice(-3);
  t.deepEqual(
    steps.map((step) => step.flags),
    [['Missing'], ['Missing'], ['Missing']],
  );
  t.true(steps.every((step) => Number.isNaN(step.rps) && Number.isNaN(step.errorRatio)));
  t.is(series.lastKnownMs, at(15));
});

test('zero requests said by pods that report is zero', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 0, 0, 15);
  const step = only(series.close(at(17), ['a']).slice(-1));
  t.is(step.rps, 0);
  t.true(Number.isNaN(step.errorRatio));
  t.is(step.latency, undefined);
});

test('telemetry that returns after an outage does not pour the backlog into one step', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  feed(series, 'a', 10, 120, 135);
  const steps = series.close(at(137), ['a']);
  const after = steps.filter((step) => step.startMs >= at(105));
  near(t, after[0]?.rps, 10);
  t.true(after[0]?.flags.includes('Late'));
  near(t, after[1]?.rps, 10);
  t.deepEqual(after[1]?.flags, []);
});

test('a restart counts from zero since the new start', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  series.close(at(17), ['a']);
  const startMs = at(20);
  series.accept(report('a', [counter(at(25), 50, { startMs })]));
  series.accept(report('a', [counter(at(30), 100, { startMs })]));
  const step = only(series.close(at(32), ['a']));
  near(t, step.rps, 10);
  t.deepEqual(step.flags, ['Reset']);
});

test('a counter that goes back without a new start is unknown for that export and never a spike', (t) => {
  const series = new WorkloadSeries();
  series.accept(report('a', [counter(at(15), 9e8)]));
  series.accept(report('a', [counter(at(20), 4e8)]));
  series.accept(report('a', [counter(at(25), 4e8 + 50)]));
  series.accept(report('a', [counter(at(30), 4e8 + 100)]));
  const step = series.close(at(32), ['a']).at(-1);
  near(t, step?.rps, 10);
  t.deepEqual(step?.flags, ['Reset']);
});

test('errors are counted apart, and a first error is not lost though its series is new', (t) => {
  const series = new WorkloadSeries();
  for (const second of [0, 5, 10, 15]) {
    const ok = counter(at(second), 100 + second * 8);
    const failed = second < 10 ? [] : [counter(at(second), (second - 5) * 6, { outcome: 'error' })];
    series.accept(report('a', [ok, ...failed]));
  }
  const step = series.close(at(17), ['a']).at(-1);
  near(t, step?.rps, (120 + 60) / S);
  near(t, step?.errorRatio, 60 / 180);
});

test('a pod that only ever failed before loses no first success either', (t) => {
  const series = new WorkloadSeries();
  for (const second of [0, 5, 10, 15]) {
    const failed = counter(at(second), 100 + second, { outcome: 'error' });
    const ok = second < 10 ? [] : [counter(at(second), (second - 5) * 6)];
    series.accept(report('a', [...ok, failed]));
  }
  near(t, series.close(at(17), ['a']).at(-1)?.rps, (60 + 15) / S);
});

test('a few milliseconds of a step are not a rate', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  series.accept(report('b', [counter(at(14.99), 500)]));
  series.accept(report('b', [counter(at(15), 505)]));
  const step = series.close(at(17), ['a', 'b']).at(-1);
  near(t, step?.rps, 20);
  t.deepEqual(step?.flags, ['Partial']);
});

test('delta exports count once each', (t) => {
  const series = new WorkloadSeries();
  for (const second of [5, 10, 15]) {
    const point = counter(at(second), 40, { temporality: 'delta', startMs: at(second - 5) });
    series.accept(report('a', [point]));
    series.accept(report('a', [point]));
  }
  near(t, only(series.close(at(17), ['a'])).rps, 8);
});

test('a pod that changes its temporality is not believed, and the step says so', (t) => {
  const series = new WorkloadSeries();
  for (const pod of ['a', 'b', 'c']) feed(series, pod, 10, 0, 15);
  series.close(at(17), undefined);
  for (const pod of ['a', 'b']) feed(series, pod, 10, 20, 30);
  const point = counter(at(20), 1e9, { temporality: 'delta', startMs: at(15) });
  series.accept(report('c', [point]));
  const step = only(series.close(at(32), undefined));
  near(t, step.rps, 30);
  t.deepEqual(step.flags, ['Partial', 'Rejected']);
});

for (const value of [Number.NaN, Infinity, -Infinity, -1, 1e300]) {
  test(`a counter of ${value} is refused, flagged and never zero`, (t) => {
    const fates: string[] = [];
    const series = new WorkloadSeries({}, (fate) => fates.push(fate));
    feed(series, 'a', 10, 0, 15);
    series.close(at(2), ['a']);
    series.accept(report('a', [counter(at(16), value)]));
    const [good, bad] = series.close(at(32), ['a']);
    near(t, good?.rps, 10);
    t.true(good?.flags.includes('Rejected'));
    t.true(Number.isNaN(bad?.rps ?? 0));
    t.is(fates.at(-1), 'rejected');
  });
}

test('a rate no pod can have is not believed', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 2e6, 0, 15);
  const step = series.close(at(17), ['a']).at(-1);
  t.true(Number.isNaN(step?.rps ?? 0));
  t.deepEqual(step?.flags, ['Missing', 'Rejected']);
});

test('one pod of four that claims a thousandfold is bounded by the others', (t) => {
  const series = new WorkloadSeries();
  for (const pod of ['a', 'b', 'c']) feed(series, pod, 10, 0, 15);
  feed(series, 'd', 10_000, 0, 15);
  const step = series.close(at(17), undefined).at(-1);
  near(t, step?.rps, 30 + 100);
  t.deepEqual(step?.flags, ['Rejected']);
});

for (const skewSeconds of [-3600, -30, 30, 3600]) {
  test(`a pod whose clock is off by ${skewSeconds} s lands in the right step`, (t) => {
    const series = new WorkloadSeries();
    for (let second = 0; second <= 30; second += 5) {
      const sent = at(second + skewSeconds);
      const startMs = at(skewSeconds - 600);
      const value = second <= 15 ? second * 10 : 150 + (second - 15) * 40;
      series.accept(report('a', [counter(sent, value, { startMs })], at(second)));
    }
    const steps = series.close(at(32), ['a']);
    near(t, steps.at(-2)?.rps, 10);
    near(t, steps.at(-1)?.rps, 40);
    t.is(series.skewedPods, 1);
  });
}

test('one stamp from the future silences its pod for a minute at most', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  series.accept(report('a', [counter(at(3620), 1200)], at(20)));
  for (let second = 25; second <= 150; second += 5) {
    series.accept(report('a', [counter(at(second), 1000 + second * 10)]));
  }
  const steps = series.close(at(152), ['a']);
  t.true(steps.every((step) => Number.isNaN(step.rps) || Math.abs(step.rps - 10) < 1e-6));
  const known = steps.filter((step) => step.startMs >= at(90) && Number.isFinite(step.rps));
  t.is(known.length, 4);
});

test('a report that comes after its step closed changes nothing closed and flags the open one', (t) => {
  const fates: string[] = [];
  const series = new WorkloadSeries({}, (fate) => fates.push(fate));
  feed(series, 'a', 10, 0, 10);
  const before = series.close(at(17), ['a']);
  series.accept(report('a', [counter(at(15), 1150)], at(18)));
  feed(series, 'a', 10, 20, 30);
  const step = only(series.close(at(32), ['a']));
  t.is(fates[3], 'late');
  near(t, before.at(-1)?.rps, 10);
  near(t, step.rps, 10);
  t.deepEqual(step.flags, ['Late']);
});

test('twenty equal rates in a row are Stuck, nineteen are not, nor are twenty zeros', (t) => {
  const run = (rps: number, steps: number) => {
    const series = new WorkloadSeries({ graceMs: 0 });
    for (let index = 1; index <= steps; index++) {
      const startMs = at((index - 1) * S);
      const point = counter(at(index * S), rps * S, { temporality: 'delta', startMs });
      series.accept(report('a', [point]));
    }
    return series.close(at(steps * S), ['a']).at(-1)?.flags;
  };
  t.deepEqual(run(10, 19), []);
  t.deepEqual(run(10, 20), ['Stuck']);
  t.deepEqual(run(0, 25), []);
});

test('in-flight is the sum over pods of the mean of their readings', (t) => {
  const series = new WorkloadSeries();
  for (const pod of ['a', 'b']) {
    for (const second of [0, 5, 10, 15]) {
      const inflight = pod === 'a' ? 4 : second;
      series.accept(report(pod, [counter(at(second), second), gauge(at(second), inflight)]));
    }
  }
  near(t, series.close(at(17), undefined).at(-1)?.inflight, 4 + 10);
});

test('latency quantiles are the edges of the bucket they fall in, pods together', (t) => {
  const series = new WorkloadSeries();
  const bounds = [0.1, 0.5, 1];
  for (const pod of ['a', 'b']) {
    series.accept(report(pod, [counter(at(0), 0), histogram(at(0), bounds, [0, 0, 0, 0])]));
    series.accept(report(pod, [counter(at(15), 100), histogram(at(15), bounds, [60, 36, 3, 1])]));
  }
  t.deepEqual(series.close(at(17), undefined).at(-1)?.latency, {
    p50: { lower: 0, upper: 0.1 },
    p95: { lower: 0.1, upper: 0.5 },
    p99: { lower: 0.5, upper: 1 },
  });
});

test('a pod that lies about its rate weighs no more in latency and errors than its bounded rate', (t) => {
  const series = new WorkloadSeries();
  const bounds = [0.1, 1];
  for (const pod of [...'abcdefghijkl', 'liar']) {
    const lies = pod === 'liar';
    const requests = lies ? 1e6 : 1500;
    const failed = counter(at(0), 0, { outcome: 'error' });
    series.accept(report(pod, [counter(at(0), 0), failed, histogram(at(0), bounds, [0, 0, 0])]));
    const counts = lies ? [0, requests, 0] : [requests, 0, 0];
    const ok = counter(at(15), lies ? 0 : requests);
    const after = counter(at(15), lies ? requests : 0, { outcome: 'error' });
    series.accept(report(pod, [ok, after, histogram(at(15), bounds, counts)]));
  }
  const step = series.close(at(17), undefined).at(-1);
  near(t, step?.rps, 1200 + 1000);
  near(t, step?.errorRatio, 1000 / 2200);
  // 18,000 fast ones, and 15,000 slow ones instead of a million
  t.deepEqual(step?.latency?.p50, { lower: 0, upper: 0.1 });
});

test('a histogram that goes back or changes its buckets begins anew, and counts nothing twice', (t) => {
  const series = new WorkloadSeries();
  const says = (second: number, bounds: readonly number[], counts: readonly number[]) =>
    series.accept(report('a', [counter(at(second), second), histogram(at(second), bounds, counts)]));
  says(0, [0.1, 1], [900, 100, 0]);
  says(5, [0.1, 1], [20, 990, 0]); // back without a new start: when is not known
  says(10, [0.1, 1], [40, 990, 0]);
  says(15, [0.2, 2], [5000, 2000, 0]); // other buckets: not comparable with those before
  t.deepEqual(series.close(at(17), ['a']).at(-1)?.latency?.p50, { lower: 0, upper: 0.1 });
});

test('a reading of the step before does not count in this one', (t) => {
  const series = new WorkloadSeries({ graceMs: 0 });
  for (const second of [0, 5, 10, 15])
    series.accept(report('a', [counter(at(second), second), gauge(at(second), 100)]));
  series.accept(report('a', [counter(at(20), 20), gauge(at(20), 2)]));
  series.accept(report('a', [counter(at(25), 25), gauge(at(25), 4)]));
  near(t, series.close(at(30), ['a']).at(-1)?.inflight, 3);
});

test('rates since a time come from the ring, live after history, NaN where nothing is known', (t) => {
  const series = new WorkloadSeries({ graceMs: 0, ringSteps: 8 });
  series.preload(at(-3 * S), Float64Array.of(1, Number.NaN, 3));
  feed(series, 'a', 10, 0, 30);
  series.close(at(30), ['a']);
  t.deepEqual([...series.ratesSince(at(-4 * S), at(30))], [Number.NaN, 1, Number.NaN, 3, 10, 10]);
  t.deepEqual([...series.ratesSince(at(15), at(30))], [10]);
  t.deepEqual([...series.ratesSince(at(30), at(30))], []);
});

test('history alone is known up to its end', (t) => {
  const series = new WorkloadSeries();
  series.preload(at(-3 * S), Float64Array.of(1, 2, Number.NaN));
  t.is(series.lastKnownMs, at(-S));
  t.is(series.closedUntilMs, undefined);
});

test('a whole day asleep yields steps for what is kept and no more', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  const steps = series.close(at(86_400), ['a']);
  t.true(steps.length <= 640);
  t.is(steps.at(-1)?.startMs, at(86_400 - 2 * S));
});
