import test from 'ava';
import { WorkloadSeries } from '../../controller/series/workload-series.ts';
import { at, counter, feed, gauge, histogram, near, only, report } from './reports.ts';

const S = 15;

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

test('a pod that has not spoken yet, or exists no more, is not made up for', (t) => {
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

test('delta exports count once each', (t) => {
  const series = new WorkloadSeries();
  for (const second of [5, 10, 15]) {
    const point = counter(at(second), 40, { temporality: 'delta', startMs: at(second - 5) });
    series.accept(report('a', [point]));
    series.accept(report('a', [point]));
  }
  near(t, only(series.close(at(17), ['a'])).rps, 8);
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
  const { p50, p95, p99 } = series.close(at(17), undefined).at(-1)?.latency ?? {};
  t.deepEqual(
    [p50, p95],
    [
      { lower: 0, upper: 0.1 },
      { lower: 0.1, upper: 0.5 },
    ],
  );
  // Exactly 1 % take longer than 1 s, so the quantile is at the upper edge.
  t.like(p99, { lower: 0.5, upper: 1 });
  near(t, p99?.likely, 1);
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
  t.deepEqual(series.recent(1), []);
});

test('a whole day asleep yields steps for what is kept and no more', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  const steps = series.close(at(86_400), ['a']);
  t.true(steps.length <= 640);
  t.is(steps.at(-1)?.startMs, at(86_400 - 2 * S));
});
