import test from 'ava';
import fc from 'fast-check';
import type { Point, Report } from '../../controller/series/report.ts';
import type { Step } from '../../controller/series/step.ts';
import { WorkloadSeries } from '../../controller/series/workload-series.ts';
import { counter, gauge, histogram, report, T0 } from './reports.ts';

const at = (seconds: number) => T0 + seconds * 1000;
const RUNS = { numRuns: 150 };

/** Any point at all: sensible, broken, from the past, from the future, restarted. */
const anyNumber = fc.oneof(
  fc.nat(1e6),
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -0, 1e308, 2 ** 63),
);
const anyStamp = fc.oneof(fc.integer({ min: -60, max: 120 }).map(at), fc.constantFrom(0, Number.NaN, 1e18));
const anyPoint: fc.Arbitrary<Point> = fc.oneof(
  fc.record({
    kind: fc.constant('counter' as const),
    signal: fc.constant('requests' as const),
    outcome: fc.constantFrom('ok' as const, 'error' as const),
    temporality: fc.constantFrom('cumulative' as const, 'delta' as const),
    startMs: anyStamp,
    atMs: anyStamp,
    value: anyNumber,
  }),
  fc.record({
    kind: fc.constant('gauge' as const),
    signal: fc.constant('inflight' as const),
    atMs: anyStamp,
    value: anyNumber,
  }),
  fc.record({
    kind: fc.constant('histogram' as const),
    signal: fc.constant('duration' as const),
    temporality: fc.constantFrom('cumulative' as const, 'delta' as const),
    startMs: anyStamp,
    atMs: anyStamp,
    boundsSeconds: fc.constantFrom([0.1, 1], [0.2, 2], [1, 0.1], []),
    counts: fc.array(anyNumber, { maxLength: 4 }),
  }),
);
const anyReport = fc
  .record({
    pod: fc.constantFrom('a', 'b', 'c'),
    received: fc.integer({ min: 0, max: 90 }),
    points: fc.array(anyPoint, { minLength: 1, maxLength: 5 }),
  })
  .map(({ pod, received, points }) => report(pod, points, at(received)));

function canBe(step: Step): boolean {
  if (Number.isNaN(step.rps)) return true;
  const checks = [
    step.rps >= 0 && step.rps <= 3e6,
    !step.flags.includes('Missing') && step.podsReporting > 0,
    Number.isNaN(step.errorRatio) || (step.errorRatio >= 0 && step.errorRatio <= 1),
    !(step.inflight < 0),
    Object.values(step.latency ?? {}).every(({ lower, upper }) => lower <= upper),
  ];
  return checks.every(Boolean);
}

test('whatever pods say, a step has a rate that can be, or none', (t) => {
  const property = fc.property(fc.array(anyReport, { maxLength: 30 }), (reports) => {
    const series = new WorkloadSeries();
    for (const one of reports) series.accept(one);
    return series.close(at(120), ['a', 'b', 'c']).every(canBe);
  });
  fc.assert(property, RUNS);
  t.pass();
});

/** An honest pod: exports at its own pace and phase, restarts now and then. Truth is a constant rate. */
interface Honest {
  readonly rps: number;
  readonly phase: number;
  readonly every: number;
  readonly restarts: readonly number[];
}
const honest: fc.Arbitrary<Honest> = fc.record({
  rps: fc.integer({ min: 0, max: 500 }),
  phase: fc.integer({ min: 0, max: 4_999 }),
  every: fc.constantFrom(2_000, 5_000, 7_000),
  restarts: fc
    .array(fc.integer({ min: 10, max: 110 }), { maxLength: 3 })
    .map((list) => list.sort((a, b) => a - b)),
});

function exportsOf(uid: string, { rps, phase, every, restarts }: Honest, untilS: number): Report[] {
  const all: Report[] = [];
  for (let ms = T0 + phase; ms <= at(untilS); ms += every) {
    const restart = restarts.filter((second) => at(second) < ms).at(-1);
    const startMs = restart === undefined ? at(-1000) : at(restart);
    const requests = (rps * (ms - startMs)) / 1000;
    const buckets = histogram(ms, [0.1, 1], [requests * 0.9, requests * 0.1, 0], startMs);
    all.push(report(uid, [counter(ms, requests, { startMs }), buckets, gauge(ms, rps / 10)]));
  }
  return all;
}

test('a restart never makes a spike: the rate of a steady pod stays what it is, or is missing', (t) => {
  fc.assert(
    fc.property(honest, (pod) => {
      const series = new WorkloadSeries();
      for (const one of exportsOf('a', pod, 120)) series.accept(one);
      for (const step of series.close(at(125), ['a'])) {
        if (!Number.isNaN(step.rps) && Math.abs(step.rps - pod.rps) > 1e-6 * (1 + pod.rps)) return false;
      }
      return true;
    }),
    RUNS,
  );
  t.pass();
});

/** Steps as text, so that NaN equals NaN; rates to 9 digits, because sums in another order differ in the last bits. */
const text = (steps: readonly Step[]) =>
  JSON.stringify(steps, (_key, value) => (typeof value === 'number' ? value.toPrecision(9) : value));

test('within the grace neither the order of arrival nor repetition changes a step', (t) => {
  const pods = fc.array(honest, { minLength: 1, maxLength: 5 });
  const shuffle = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 200, maxLength: 200 });
  fc.assert(
    fc.property(pods, shuffle, fc.nat(3), (list, keys, repeat) => {
      const reports = list.flatMap((pod, index) => exportsOf(`pod-${index}`, pod, 45));
      const straight = new WorkloadSeries();
      for (const one of reports) straight.accept(one);
      const order = reports.map((one, index) => ({ one, key: keys[index % keys.length] ?? 0 }));
      order.sort((a, b) => a.key - b.key);
      const shuffled = new WorkloadSeries();
      for (const [index, { one }] of order.entries()) {
        shuffled.accept(one);
        if (index % 4 < repeat) shuffled.accept(one);
      }
      const expected = list.map((_, index) => `pod-${index}`);
      return text(straight.close(at(50), expected)) === text(shuffled.close(at(50), expected));
    }),
    RUNS,
  );
  t.pass();
});

test('closing step by step gives what closing at once gives', (t) => {
  fc.assert(
    fc.property(fc.array(honest, { minLength: 1, maxLength: 4 }), (list) => {
      const reports = list.flatMap((pod, index) => exportsOf(`pod-${index}`, pod, 60));
      reports.sort((a, b) => a.receivedAtMs - b.receivedAtMs);
      const uids = list.map((_, index) => `pod-${index}`);
      const live = new WorkloadSeries({ graceMs: 8_000 });
      const steps: Step[] = [];
      for (const one of reports) {
        steps.push(...live.close(one.receivedAtMs, uids));
        live.accept(one);
      }
      steps.push(...live.close(at(60 + 8), uids));
      const late = new WorkloadSeries({ graceMs: 8_000 });
      for (const one of reports) late.accept(one);
      return text(steps) === text(late.close(at(60 + 8), uids));
    }),
    RUNS,
  );
  t.pass();
});

test('whatever one pod of n says, the sum is the others plus at most ten times their median', (t) => {
  const rates = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 3, maxLength: 12 });
  fc.assert(
    fc.property(rates, fc.double({ min: 0, max: 1e12, noNaN: true }), (honestRates, lie) => {
      const series = new WorkloadSeries();
      const pods = [...honestRates, lie];
      for (const [index, rps] of pods.entries()) {
        for (const second of [0, 15]) {
          series.accept(report(`p${index}`, [counter(at(second), rps * second)]));
        }
      }
      const rps = series.close(at(17), undefined).at(-1)?.rps ?? Number.NaN;
      const ascending = honestRates.toSorted((a, b) => a - b);
      const middle = Math.floor(ascending.length / 2);
      const median =
        ascending.length % 2 === 1
          ? (ascending[middle] ?? 0)
          : ((ascending[middle - 1] ?? 0) + (ascending[middle] ?? 0)) / 2;
      // an honest pod may be bounded too, when it is far beyond the others: the sum is then only lower
      const others = honestRates.reduce((sum, rate) => sum + rate, 0);
      return rps <= others + 10 * median + 1e-6 || lie > 1e6; // above 1e6 the pod is made up for instead
    }),
    RUNS,
  );
  t.pass();
});

test('silence of any set of pods gives a rate between the smallest and largest possible, or none; never zero', (t) => {
  const pods = fc.array(fc.record({ rps: fc.integer({ min: 5, max: 50 }), silent: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(pods, (list) => {
      const series = new WorkloadSeries();
      const uids = list.map((_, index) => `p${index}`);
      const say = (second: number, all: boolean) => {
        for (const [index, { rps, silent }] of list.entries()) {
          if (all || !silent) series.accept(report(`p${index}`, [counter(at(second), rps * (second + 100))]));
        }
      };
      say(0, true);
      say(15, true);
      series.close(at(17), uids);
      say(20, false);
      say(30, false);
      const step = series.close(at(32), uids).at(-1);
      const speaking = list.filter((pod) => !pod.silent).map((pod) => pod.rps);
      if (step === undefined) return false;
      if (speaking.length * 2 < list.length) return Number.isNaN(step.rps);
      const low = Math.min(...speaking) * list.length;
      const high = Math.max(...speaking) * list.length;
      return step.rps >= low - 1e-6 && step.rps <= high + 1e-6;
    }),
    RUNS,
  );
  t.pass();
});
