import test from 'ava';
import fc from 'fast-check';
import type { Increments } from '../../sidecar/ledger.ts';
import { Shape } from '../../sidecar/shape.ts';
import { madeUp } from './made-up-dialect.ts';

const INF = Number.POSITIVE_INFINITY;
const nothing: Increments = {
  arrivals: 0,
  succeeded: 0,
  failed: 0,
  lost: 0,
  latency: [],
  inflight: Number.NaN,
  queued: Number.NaN,
};
const at = (seconds: number, wallMs = 1_700_000_000_000 + seconds * 1000) => ({
  wallMs,
  monotonicMs: seconds * 1000,
});

test('the first reading has totals of zero and no rate', (t) => {
  t.deepEqual(new Shape(madeUp).add({ ...nothing, inflight: 3 }, at(0)), {
    atMs: 1_700_000_000_000,
    startMs: 1_700_000_000_000,
    ok: 0,
    error: 0,
    inflight: 3,
  });
});

test('rate, error ratio and quantile intervals of the interval', (t) => {
  const shape = new Shape(madeUp);
  shape.add(nothing, at(0));
  const latency = [{ edgesSeconds: [0.005, 0.01, INF], cumulative: [40, 50, 50] }];
  const reading = shape.add({ ...nothing, arrivals: 50, succeeded: 36, failed: 4, latency }, at(5));
  t.is(reading.interval?.rate, 10);
  t.is(reading.interval?.errorRatio, 0.1);
  // Cut to whole milliseconds before the bucket is chosen: 10 may have been 10.9.
  t.deepEqual(reading.interval?.quantiles, [
    { quantile: 0.5, lowerSeconds: 0, upperSeconds: 0.006 },
    { quantile: 0.95, lowerSeconds: 0.005, upperSeconds: 0.011 },
    { quantile: 0.99, lowerSeconds: 0.005, upperSeconds: 0.011 },
  ]);
  t.deepEqual(reading.duration, {
    startMs: 1_700_000_000_000,
    boundsSeconds: [0.005, 0.01],
    counts: [40, 10, 0],
  });
});

test('an idle pod says zero requests, and no error ratio', (t) => {
  const shape = new Shape(madeUp);
  shape.add(nothing, at(0));
  t.deepEqual(shape.add(nothing, at(5)).interval, { seconds: 5, rate: 0, quantiles: [] });
});

test('after a gap the next reading covers the time since', (t) => {
  const shape = new Shape(madeUp);
  shape.add(nothing, at(0));
  t.is(shape.add({ ...nothing, arrivals: 60 }, at(30)).interval?.rate, 2);
});

test('lost requests have arrived and failed', (t) => {
  const shape = new Shape(madeUp);
  shape.add(nothing, at(0));
  const reading = shape.add({ ...nothing, arrivals: 8, succeeded: 8, lost: 2 }, at(5));
  t.like(reading, { ok: 8, error: 2, interval: { rate: 2, errorRatio: 0.2 } });
});

test('a failure that is known later than its arrival takes the place of a later arrival', (t) => {
  const shape = new Shape(madeUp);
  shape.add(nothing, at(0));
  t.like(shape.add({ ...nothing, arrivals: 10 }, at(5)), { ok: 10, error: 0 });
  t.like(shape.add({ ...nothing, arrivals: 4, failed: 10 }, at(10)), { ok: 10, error: 4 });
  t.like(shape.add({ ...nothing, arrivals: 10 }, at(15)), { ok: 14, error: 10 });
});

test('where the proxy counts at the end, the ended are the requests', (t) => {
  const { arrivals: _, ...atTheEnd } = madeUp;
  const shape = new Shape(atTheEnd);
  shape.add(nothing, at(0));
  t.like(shape.add({ ...nothing, succeeded: 9, failed: 1 }, at(5)), {
    ok: 9,
    error: 1,
    interval: { rate: 2 },
  });
});

test('a wall clock that goes back neither repeats a stamp nor moves a rate', (t) => {
  const shape = new Shape(madeUp);
  shape.add(nothing, at(0, 10_000));
  const reading = shape.add({ ...nothing, arrivals: 10 }, at(5, 4_000));
  t.like(reading, { atMs: 15_000, startMs: 10_000, interval: { rate: 2 } });
});

test('other bounds start the histogram anew, with a start time of their own', (t) => {
  const shape = new Shape(madeUp);
  shape.add(nothing, at(0, 0));
  shape.add({ ...nothing, latency: [{ edgesSeconds: [1, INF], cumulative: [1, 2] }] }, at(5, 5000));
  const { duration } = shape.add(
    { ...nothing, latency: [{ edgesSeconds: [2, INF], cumulative: [3, 4] }] },
    at(10, 10_000),
  );
  t.deepEqual(duration, { startMs: 5000, boundsSeconds: [2], counts: [3, 1] });
});

test('histograms with different bounds are exported at the bounds they share', (t) => {
  const shape = new Shape(madeUp);
  shape.add(nothing, at(0, 0));
  const latency = [
    { edgesSeconds: [1, 2, INF], cumulative: [1, 2, 3] },
    { edgesSeconds: [2, 3, INF], cumulative: [10, 20, 30] },
  ];
  t.deepEqual(shape.add({ ...nothing, latency }, at(5)).duration?.counts, [12, 21]);
});

test('what is exported only grows, and ok plus error is always what arrived', (t) => {
  const count = fc.nat({ max: 50 });
  const drawn = fc.record({ arrivals: count, succeeded: count, failed: count, lost: count });
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 20 }), (steps) => {
      const shape = new Shape(madeUp);
      let before = shape.add(nothing, at(0));
      let arrived = 0;
      for (const [i, step] of steps.entries()) {
        const reading = shape.add({ ...nothing, ...step }, at(5 * (i + 1)));
        arrived += step.arrivals + step.lost;
        t.true(reading.ok >= before.ok && reading.error >= before.error && reading.atMs > before.atMs);
        t.is(reading.ok + reading.error, arrived);
        before = reading;
      }
    }),
  );
});
