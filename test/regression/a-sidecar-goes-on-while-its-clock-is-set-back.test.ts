import test from 'ava';
import { WorkloadSeries } from '../../controller/series/workload-series.ts';
import { Shape } from '../../sidecar/shape.ts';
import { counter, report, T0 } from '../series/reports.ts';
import { madeUp } from '../sidecar/made-up-dialect.ts';

/*
 * Its stamps crept on by a millisecond a scrape, 5 s of requests in none of it: the controller knew nothing of the pod
 * for as long as the clock was behind.
 */

const HOUR_MS = 3_600_000;

/** What the controller makes of 10 requests/s for five minutes, of a node whose clock is off as `offMs` says. */
function ratesWith(offMs: (second: number) => number): number[] {
  const shape = new Shape(madeUp);
  const series = new WorkloadSeries({ stepSeconds: 15, graceMs: 2_000 });
  const rates: number[] = [];
  for (let second = 0; second <= 300; second += 5) {
    const nowMs = T0 + second * 1000;
    const increments = {
      ...{ arrivals: second === 0 ? 0 : 50, succeeded: 0, failed: 0, lost: 0, latency: [] },
      inflight: Number.NaN,
      queued: Number.NaN,
    };
    const { atMs, startMs, ok } = shape.add(increments, {
      wallMs: nowMs + offMs(second),
      monotonicMs: second * 1000 + 0.4,
    });
    series.accept(report('web-1', [counter(atMs, ok, { startMs })], nowMs + 10));
    rates.push(...series.close(nowMs + 2_000, ['web-1']).map(({ rps }) => rps));
  }
  return rates.slice(1);
}

test('a node whose clock is set back by an hour is heard as before', (t) => {
  const rates = ratesWith((second) => (second < 100 ? 0 : -HOUR_MS));
  t.is(rates.length, 19);
  for (const rps of rates) t.true(Math.abs(rps - 10) < 0.01, `${rates}`);
});

test('and when its clock is put right again', (t) => {
  const rates = ratesWith((second) => (second >= 100 && second < 200 ? -HOUR_MS : 0));
  for (const rps of rates) t.true(Math.abs(rps - 10) < 0.01, `${rates}`);
});
