import test from 'ava';
import { WorkloadSeries } from '../../controller/series/workload-series.ts';

/* "All the history there is" of a workload was an array back to 100 million steps ago: 0.8 GB and 4 s a tick for each. */

const stepMs = 15_000;

test('the whole past of a young workload is as long as what is known of it', (t) => {
  const series = new WorkloadSeries({ ringSteps: 5_760 });
  const originMs = Date.UTC(2026, 0, 5);
  t.is(series.ratesSince(Number.NEGATIVE_INFINITY, originMs).length, 0, 'nothing is known');
  series.preload(originMs - 3 * stepMs, Float64Array.of(Number.NaN, 7, 8));
  t.deepEqual([...series.ratesSince(Number.NEGATIVE_INFINITY, originMs)], [7, 8]);
});

test('the whole past of an old workload is what the ring holds', (t) => {
  const series = new WorkloadSeries({ ringSteps: 4 });
  const originMs = Date.UTC(2026, 0, 5);
  series.preload(originMs - 6 * stepMs, Float64Array.of(1, 2, 3, 4, 5, 6));
  t.deepEqual([...series.ratesSince(Number.NEGATIVE_INFINITY, originMs)], [3, 4, 5, 6]);
  t.is(
    series.ratesSince(originMs - 6 * stepMs, originMs).length,
    6,
    'a finite past keeps its length, NaN in front',
  );
});
