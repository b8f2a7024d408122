import test from 'ava';
import fc from 'fast-check';
import { decide } from '../../controller/policy/decide.ts';
import type { Observation, Target } from '../../controller/policy/observation.ts';
import type { Step } from '../../controller/series/step.ts';
import { forecasts, hostile, sane, spoiled } from './observations.ts';

type Sighted = Observation & { readonly target: Target };

const runs = { numRuns: 2000 };

function holds<Seen>(seen: fc.Arbitrary<Seen>, check: (seen: Seen) => boolean) {
  return fc.assert(fc.property(seen, check), runs);
}

function inside({ spec }: Observation, replicas: number): boolean {
  return replicas >= spec.minReplicas && replicas <= spec.maxReplicas;
}

/** The clamp into [min, max] is the one change that nothing holds back. */
function clamped({ spec }: Observation, replicas: number): number {
  return Math.min(spec.maxReplicas, Math.max(spec.minReplicas, replicas));
}

function mostStep({ spec, target }: Sighted, direction: 'scaleUp' | 'scaleDown'): number {
  const { maxReplicas = 1e9, maxPercent } = spec.behavior[direction];
  const share = maxPercent === undefined ? 1e9 : Math.floor((target.replicas * maxPercent) / 100);
  return Math.max(1, Math.min(maxReplicas, share));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}

test('what is written is a whole number inside [min, max], whatever was observed', (t) => {
  holds(hostile, (seen) => {
    const { act, replicas, recommended } = decide(seen);
    return !act || (Number.isInteger(replicas) && inside(seen, replicas) && inside(seen, recommended));
  });
  t.pass();
});

test('act says exactly that the number asked for is another one', (t) => {
  holds(hostile, (seen) => {
    const { act, replicas } = decide(seen);
    return act === (seen.target !== undefined && replicas !== seen.target.replicas);
  });
  t.pass();
});

test('a change inside [min, max] stays within step', (t) => {
  holds(hostile, (seen) => {
    const { act, replicas } = decide(seen);
    if (!act || seen.target === undefined || !inside(seen, seen.target.replicas)) return true;
    const change = replicas - seen.target.replicas;
    return (
      Math.abs(change) <= mostStep({ ...seen, target: seen.target }, change > 0 ? 'scaleUp' : 'scaleDown')
    );
  });
  t.pass();
});

test('a change inside [min, max] waits for its cooldown', (t) => {
  holds(hostile, (seen) => {
    const { act, replicas } = decide(seen);
    if (!act || seen.target === undefined || !inside(seen, seen.target.replicas)) return true;
    const up = replicas > seen.target.replicas;
    const lastMs = up ? seen.memory.lastUpMs : seen.memory.lastDownMs;
    const { cooldownSeconds = 0 } = seen.spec.behavior[up ? 'scaleUp' : 'scaleDown'];
    return lastMs === undefined || cooldownSeconds === 0 || seen.nowMs - lastMs >= cooldownSeconds * 1000;
  });
  t.pass();
});

test('pure: the same observation decides the same, and a frozen one is enough', (t) => {
  holds(hostile, (seen) => {
    const first = JSON.stringify(decide(deepFreeze(seen)));
    return first === JSON.stringify(decide(structuredClone(seen)));
  });
  t.pass();
});

const neverLowers = (flaw: string, flawed: fc.Arbitrary<Observation>) =>
  test(`never lowers: ${flaw}`, (t) => {
    holds(flawed, (seen) => {
      const current = seen.target?.replicas ?? 0;
      const { act, replicas } = decide(seen);
      return !act || replicas >= clamped(seen, current);
    });
    t.pass();
  });

const withSteps = (change: (steps: readonly Step[]) => readonly Step[]) =>
  sane.map((seen) => ({ ...seen, recent: change(seen.recent) }));
const newestLike = (change: Partial<Step>) =>
  withSteps((steps) => steps.map((step, at) => (at === steps.length - 1 ? { ...step, ...change } : step)));

neverLowers(
  'no telemetry',
  sane.map((seen) => ({ ...seen, telemetryAgeSeconds: Number.POSITIVE_INFINITY })),
);
neverLowers(
  'telemetry whose age is not a number',
  sane.map((seen) => ({ ...seen, telemetryAgeSeconds: Number.NaN })),
);
neverLowers(
  'no steps',
  withSteps(() => []),
);
neverLowers('a newest rate that is NaN', newestLike({ rps: Number.NaN }));
neverLowers('a newest rate that is negative', newestLike({ rps: -1 }));
neverLowers('a partial step', newestLike({ flags: ['Partial'] }));
neverLowers('a rejected step', newestLike({ flags: ['Rejected'] }));
neverLowers('a late step', newestLike({ flags: ['Late'] }));
neverLowers(
  'a stale view of the cluster',
  sane.map((seen) => ({ ...seen, clusterStale: true })),
);
neverLowers(
  'a fresh start',
  sane.map((seen) => ({ ...seen, memory: { ...seen.memory, sinceMs: seen.nowMs - 299_999 } })),
);
neverLowers(
  'a clock that is not a number',
  sane.map((seen) => ({ ...seen, nowMs: Number.NaN })),
);
neverLowers(
  'a start that is not a number',
  sane.map((seen) => ({ ...seen, memory: { ...seen.memory, sinceMs: Number.NaN } })),
);
neverLowers(
  'a step length that is not a number',
  sane.map((seen) => ({ ...seen, stepSeconds: Number.NaN })),
);
neverLowers(
  'a capacity that is not a number',
  sane.map((seen) => ({ ...seen, capacity: { ...seen.capacity, rpsPerReplica: Number.NaN } })),
);
neverLowers(
  'a forecast that holds a NaN',
  fc.tuple(sane, forecasts.chain(spoiled)).map(([seen, forecast]) => ({ ...seen, forecast })),
);
neverLowers(
  'mode Assisted',
  hostile.map((seen) => ({ ...seen, spec: { ...seen.spec, mode: 'Assisted' as const } })),
);

test('mode Assisted does not even lower what is above max', (t) => {
  const assisted = hostile.map((seen) => ({ ...seen, spec: { ...seen.spec, mode: 'Assisted' as const } }));
  holds(assisted, (seen) => seen.target === undefined || decide(seen).replicas >= seen.target.replicas);
  t.pass();
});

test('Shadow, Advisory and paused write nothing', (t) => {
  const silent = fc
    .tuple(
      hostile,
      fc.constantFrom({ mode: 'Shadow' as const }, { mode: 'Advisory' as const }, { paused: true }),
    )
    .map(([seen, change]) => ({ ...seen, spec: { ...seen.spec, ...change } }));
  holds(silent, (seen) => !decide(seen).act);
  t.pass();
});

test('never below what the load of this moment needs, unless max, step, cooldown or the operator say so', (t) => {
  holds(sane, (seen) => {
    const { replicas, recommended, trace } = decide(seen);
    const newest = seen.recent.slice(-2).map(({ rps }) => rps);
    const reactive = Math.ceil(Math.max(...newest) / seen.capacity.rpsPerReplica - 1e-9);
    const held = trace.some(
      ({ rule, reason }) => ['step', 'cooldown'].includes(rule) && /Limited|Cooling/.test(reason),
    );
    const written = seen.spec.mode === 'Automatic' && !seen.spec.paused ? replicas : recommended;
    return held || written >= Math.min(reactive, seen.spec.maxReplicas);
  });
  t.pass();
});

test('pods that are starting are credited: the number does not depend on how many are Ready', (t) => {
  holds(fc.tuple(sane, fc.nat(20)), ([seen, starting]) => {
    const { replicas } = seen.target;
    const slower = { ...seen, target: { ...seen.target, ready: Math.max(0, replicas - starting), starting } };
    return decide(seen).replicas === decide(slower).replicas;
  });
  t.pass();
});

const scaled = (seen: Sighted, factor: number): Sighted => ({
  ...seen,
  recent: seen.recent.map((step) => ({ ...step, rps: step.rps * factor })),
  ...(seen.forecast === undefined
    ? {}
    : {
        forecast: {
          ...seen.forecast,
          peaks: seen.forecast.peaks.map(({ steps, mean, p50, p90, p95, p99 }) => ({
            steps,
            mean: mean * factor,
            p50: p50 * factor,
            p90: p90 * factor,
            p95: p95 * factor,
            p99: p99 * factor,
          })),
        },
      }),
});

test('more demand never gives fewer replicas', (t) => {
  holds(fc.tuple(sane, fc.double({ min: 1, max: 10, noNaN: true })), ([seen, factor]) => {
    return decide(scaled(seen, factor)).replicas >= decide(seen).replicas;
  });
  t.pass();
});

test('a longer lead time never gives fewer replicas', (t) => {
  holds(fc.tuple(sane, fc.integer({ min: 0, max: 900 })), ([seen, more]) => {
    const later = { ...seen, leadTime: { ...seen.leadTime, seconds: seen.leadTime.seconds + more } };
    return decide(later).replicas >= decide(seen).replicas;
  });
  t.pass();
});

test('the permission to scale down by forecast never gives more replicas', (t) => {
  holds(sane, (seen) => {
    const permit = (mayScaleDown: boolean) => ({
      ...seen,
      spec: { ...seen.spec, forecast: { ...seen.spec.forecast, mayScaleDown } },
    });
    return decide(permit(true)).replicas <= decide(permit(false)).replicas;
  });
  t.pass();
});

test('the memory it returns stays short and in order', (t) => {
  holds(hostile, (seen) => {
    const { recommendations } = decide(seen).memory;
    return recommendations.length <= seen.memory.recommendations.length + 1;
  });
  t.pass();
});
