import test from 'ava';
import { type Evidence, testify } from '../../controller/policy/evidence.ts';
import type { Interval, QualityFlag, Step } from '../../controller/series/step.ts';
import { spec, step } from './observations.ts';

interface Given {
  readonly p95?: Interval;
  readonly p99?: Interval;
  readonly thresholdMs?: number;
  readonly percentile?: number;
  readonly step?: Partial<Step>;
  readonly flags?: readonly QualityFlag[];
}

const ms = (lower: number, upper: number): Interval => ({ lower: lower / 1000, upper: upper / 1000 });

function evidence({ p95 = ms(50, 100), p99 = ms(100, 250), ...given }: Given): Evidence {
  const { thresholdMs = 250, percentile = 99 } = given;
  const latency = { p50: ms(5, 10), p95, p99 };
  const { objective } = spec({ objective: { thresholdMs, percentile } });
  const told = { ...step(600, 0, given.flags), latency, ...given.step };
  return { step: told, ready: 10, starting: 0, objective };
}

const testifies = test.macro((t, given: Given, met: number, missed: boolean, share = 1) => {
  const { overloaded: _far, ...testimony } = testify(evidence(given));
  t.deepEqual(testimony, { met, share, missed });
});

test('a bucket under the threshold is met', testifies, {}, 1, false);
test('a bucket far under it says how far', testifies, { p99: ms(50, 100) }, 1, false, 0.4);
test('a bucket over it is missed', testifies, { p99: ms(250, 500) }, 0, true);
test('a bucket that holds it is weak', testifies, { thresholdMs: 200 }, 0.25, false);
test(
  'and says nothing when p95 may be over it too',
  testifies,
  { thresholdMs: 80, p99: ms(50, 100) },
  0,
  false,
);
test('the open last bucket is missed', testifies, { p99: ms(10_000, Number.POSITIVE_INFINITY) }, 0, true);
test(
  'a percentile up to 95 is read off p95',
  testifies,
  { percentile: 90, p99: ms(250, 500) },
  1,
  false,
  0.4,
);
test('a percentile up to 50 off p50', testifies, { percentile: 50, p95: ms(250, 500) }, 1, false, 0.04);
test('above 99 off p99', testifies, { percentile: 99.9, p99: ms(250, 500) }, 0, true);
test('failing fast is not fast', testifies, { step: { errorRatio: 0.5 } }, 0, false);
test('errors within the budget are', testifies, { step: { errorRatio: 0.01 } }, 1, false);
test('slow and failing is missed', testifies, { p99: ms(500, 1000), step: { errorRatio: 0.5 } }, 0, true);
test('an unknown error ratio speaks for nothing', testifies, { step: { errorRatio: Number.NaN } }, 0, false);
test('a trickle says nothing', testifies, { p99: ms(500, 1000), step: { rps: 4 } }, 0, false);
test('a missing rate says nothing', testifies, { step: { rps: Number.NaN } }, 0, false);
test('a flawed step says nothing', testifies, { p99: ms(500, 1000), flags: ['Partial'] }, 0, false);
test('four times the threshold is an overload, less is a miss', (t) => {
  t.true(testify(evidence({ p99: ms(1000, 2500) })).overloaded);
  t.false(testify(evidence({ p99: ms(500, 1000) })).overloaded);
});
