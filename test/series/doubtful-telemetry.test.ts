import test from 'ava';
import { WorkloadSeries } from '../../controller/series/workload-series.ts';
import { at, counter, feed, histogram, near, only, report } from './reports.ts';

const S = 15;

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

test('a few milliseconds of a step are not a rate', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 15);
  series.accept(report('b', [counter(at(14.99), 500)]));
  series.accept(report('b', [counter(at(15), 505)]));
  const step = series.close(at(17), ['a', 'b']).at(-1);
  near(t, step?.rps, 20);
  t.deepEqual(step?.flags, ['Partial']);
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

test('points that the door refused make the step of their pod Rejected, also where it sent nothing else', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 30);
  feed(series, 'b', 10, 0, 30);
  series.close(at(17), ['a', 'b']);
  series.accept({ ...report('b', [], at(25)), rejectedPoints: 1 });
  const step = only(series.close(at(32), ['a', 'b']));
  near(t, step.rps, 20);
  t.deepEqual(step.flags, ['Rejected']);
});
