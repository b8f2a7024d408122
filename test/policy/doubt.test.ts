import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import { doubtOf } from '../../controller/policy/doubt.ts';
import type { Memory, Observation } from '../../controller/policy/observation.ts';
import type { Step } from '../../controller/series/step.ts';
import { forecast, HOUR_MS, observation, spec, step } from './observations.ts';
import { cpu, missing } from './signals.ts';

const steps = (...parts: readonly (readonly [count: number, rps: number, errorRatio?: number])[]): Step[] =>
  parts
    .flatMap(([count, rps, errorRatio]) =>
      Array.from({ length: count }, () => ({
        ...step(rps),
        ...(errorRatio === undefined ? {} : { errorRatio }),
      })),
    )
    .map((one, at) => ({ ...one, startMs: at * 15_000 }));

const broken = steps([10, 600, 0.01], [3, 240, 0.3]);
const silent = steps([10, 600], [3, 120]);
const seen = (given: Partial<Observation>): Observation => observation(given);
const causeOf = (given: Partial<Observation>) => doubtOf(seen(given))?.cause;

test('the rate fell by half and errors rose: a broken upstream', (t) => {
  t.deepEqual(doubtOf(seen({ recent: broken })), {
    ...{ sinceMs: HOUR_MS, cause: 'errors', usualRps: 600, usualSignal: 0 },
  });
});

test('the rate fell to a quarter and CPU or work in flight did not: telemetry that sees less', (t) => {
  t.is(causeOf({ recent: silent, signals: [cpu({ atLeast: 6.5, usual: 7 })] }), 'CPU');
  t.is(causeOf({ recent: silent, signals: [cpu({ type: 'InFlight', name: 'InFlight' })] }), 'InFlight');
});

test('what a quiet night looks like is believed', (t) => {
  t.is(causeOf({ recent: silent }), undefined);
  t.is(causeOf({ recent: silent, signals: [cpu({ atLeast: 2, usual: 7 })] }), undefined);
  t.is(causeOf({ recent: silent, signals: [cpu({ type: 'Memory' })] }), undefined);
  t.is(causeOf({ recent: silent, signals: [missing()] }), undefined);
  t.is(causeOf({ recent: steps([10, 600], [3, 400, 0.3]) }), undefined);
});

test('errors that are usual say nothing; twice as many do', (t) => {
  t.is(causeOf({ recent: steps([10, 600, 0.15], [3, 240, 0.2]) }), undefined);
  t.is(causeOf({ recent: steps([10, 600, 0.15], [3, 240, 0.31]) }), 'errors');
});

test('two minutes of a known rate are needed', (t) => {
  t.is(causeOf({ recent: steps([4, 600], [3, 240, 0.3]) }), undefined);
  t.is(causeOf({ recent: [] }), undefined);
});

const memory = (cause: string, agoSeconds: number, usualSignal = 0): Memory => ({
  sinceMs: 0,
  recommendations: [],
  doubt: { sinceMs: HOUR_MS - agoSeconds * 1000, cause, usualRps: 600, usualSignal },
});

test('a doubt stands while its cause does, when the low rate is usual by now', (t) => {
  t.is(causeOf({ recent: steps([40, 240, 0.3]), memory: memory('errors', 1800) }), 'errors');
  t.is(causeOf({ recent: steps([40, 0]), memory: memory('errors', 1800) }), 'errors');
  const standing = [cpu({ atLeast: 6, usual: 6 })];
  t.is(causeOf({ recent: steps([40, 120]), signals: standing, memory: memory('CPU', 1800, 7) }), 'CPU');
});

test('a doubt ends with its cause, with the rate back, and after an hour', (t) => {
  t.is(causeOf({ recent: steps([40, 240, 0.02]), memory: memory('errors', 60) }), undefined);
  t.is(causeOf({ recent: steps([40, 400, 0.3]), memory: memory('errors', 60) }), undefined);
  t.is(causeOf({ recent: steps([40, 240, 0.3]), memory: memory('errors', 3601) }), undefined);
  const fallen = [cpu({ atLeast: 3, usual: 3 })];
  t.is(causeOf({ recent: steps([40, 120]), signals: fallen, memory: memory('CPU', 60, 7) }), undefined);
  t.is(causeOf({ recent: steps([40, 120]), memory: memory('CPU', 60, 7) }), undefined);
});

test('in a decision it holds, says why, and is remembered; it never holds what adds', (t) => {
  const down = { recent: broken, forecast: { ...forecast(240), originMs: 195_000 }, wallMs: 200_000 };
  const free = { ...down, spec: spec({ forecast: { mayScaleDown: true } }) };
  const held = decide(observation(free));
  t.deepEqual([held.replicas, held.reason], [10, 'DemandDoubtful']);
  t.is(
    held.message,
    '10 replicas: 4 would do, but the rate fell from 600 requests/s and 30 % of them fail: something before or behind the workload may be broken',
  );
  t.is(held.memory.doubt?.cause, 'errors');
  t.true(decide(observation({ ...free, recent: steps([10, 600], [3, 240]) })).replicas < 10);
  const up = { ...free, forecast: { ...forecast(1200), originMs: 195_000 } };
  t.is(decide(observation(up)).replicas, 16);
});

test('without a doubt the rule is not in the trace', (t) => {
  t.false(decide(observation()).trace.some(({ rule }) => rule === 'demandDoubtful'));
});
