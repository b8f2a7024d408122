import test from 'ava';
import { WorkloadSeries } from '../../controller/series/workload-series.ts';
import { at, feed, near } from '../series/reports.ts';

/* A Ready pod that was never heard counted as no load at all: half of the pods without a sidecar, half of the demand. */

test('a Ready pod that says nothing for a minute is made up for, and the step is Partial', (t) => {
  const series = new WorkloadSeries();
  const pods = ['a', 'b', 'c', 'never'];
  for (const pod of ['a', 'b', 'c']) feed(series, pod, 10, 0, 90);
  series.close(at(2), pods);
  const steps = series.close(at(92), pods);
  t.deepEqual(
    steps.map(({ flags }) => flags),
    [[], [], [], [], ['Partial'], ['Partial']],
    'a pod that has just become Ready has a minute for its first word',
  );
  near(t, steps.at(-1)?.rps, 40);
  t.is(steps.at(-1)?.podsExpected, 4);
});

test('where most Ready pods have no sidecar the load is not known', (t) => {
  const series = new WorkloadSeries();
  const pods = ['a', 'never', 'neither'];
  feed(series, 'a', 10, 0, 90);
  series.close(at(2), pods);
  const step = series.close(at(92), pods).at(-1);
  t.deepEqual(step?.flags, ['Missing']);
  t.is(step?.rps, Number.NaN);
});

test('a pod that speaks at last, or is gone, is waited for no longer', (t) => {
  const series = new WorkloadSeries();
  feed(series, 'a', 10, 0, 120);
  series.close(at(2), ['a', 'late', 'gone']);
  series.close(at(77), ['a', 'late', 'gone']);
  feed(series, 'late', 10, 85, 120);
  const step = series.close(at(122), ['a', 'late']).at(-1);
  t.deepEqual(step?.flags, []);
  near(t, step?.rps, 20);
});
