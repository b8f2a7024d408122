import test from 'ava';
import fc from 'fast-check';
import { decide } from '../../controller/policy/decide.ts';
import type { Decision } from '../../controller/policy/decision.ts';
import type { Memory, Observation } from '../../controller/policy/observation.ts';
import { sane } from './observations.ts';

/** One tick's news; what the last decision asked for and remembered goes into the next. */
type News = Pick<Observation, 'recent' | 'forecast' | 'telemetryAgeSeconds' | 'clusterStale'>;

interface Change {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
}

const TICK_MS = 15_000;

const news: fc.Arbitrary<News> = fc
  .tuple(sane, fc.constantFrom(5, 5, 5, 5, 90), fc.constantFrom(false, false, false, true))
  .map(([{ recent, forecast }, telemetryAgeSeconds, clusterStale]) => ({
    recent,
    forecast,
    telemetryAgeSeconds,
    clusterStale,
  }));

const days = fc.record({ start: sane, ticks: fc.array(news, { minLength: 30, maxLength: 80 }) });

function play({ start, ticks }: { start: Observation; ticks: readonly News[] }) {
  let memory: Memory = { sinceMs: 0, recommendations: [] };
  let replicas = start.spec.minReplicas;
  const changes: Change[] = [];
  const decisions: Decision[] = [];
  for (const [at, tick] of ticks.entries()) {
    const nowMs = 600_000 + at * TICK_MS;
    const target = { replicas, ready: replicas, starting: 0, resourceVersion: `${at}` };
    const decision = decide({ ...start, ...tick, nowMs, wallMs: nowMs, target, memory });
    if (decision.act) changes.push({ atMs: nowMs, from: replicas, to: decision.replicas });
    if (decision.act) replicas = decision.replicas;
    memory = decision.memory;
    decisions.push(decision);
  }
  return { changes, decisions };
}

const automatic = days.map(({ start, ticks }) => ({
  ticks,
  start: { ...start, spec: { ...start.spec, mode: 'Automatic' as const, paused: false } },
}));

const runs = { numRuns: 150 };

test('two changes in one direction are a cooldown apart', (t) => {
  fc.assert(
    fc.property(automatic, (day) => {
      const { behavior } = day.start.spec;
      const { changes } = play(day);
      return (['scaleUp', 'scaleDown'] as const).every((direction) => {
        const same = changes.filter(({ from, to }) => to > from === (direction === 'scaleUp'));
        const leastMs = (behavior[direction].cooldownSeconds ?? 0) * 1000;
        return same.every(({ atMs }, at) => at === 0 || atMs - (same[at - 1]?.atMs ?? 0) >= leastMs);
      });
    }),
    runs,
  );
  t.pass();
});

test('what was added stays for 60 s, unless max falls: the policy never flaps faster', (t) => {
  fc.assert(
    fc.property(automatic, (day) => {
      const { changes } = play(day);
      return changes.every(({ atMs, from, to }) => {
        const raised = changes.filter(
          (other) => other.to > other.from && atMs - other.atMs <= 60_000 && other.atMs < atMs,
        );
        return to >= from || raised.every((other) => to >= Math.min(other.to, from) || other.to > from);
      });
    }),
    runs,
  );
  t.pass();
});

test('mode Assisted never lowers over any sequence', (t) => {
  fc.assert(
    fc.property(days, ({ start, ticks }) => {
      const assisted = { ...start, spec: { ...start.spec, mode: 'Assisted' as const, paused: false } };
      return play({ start: assisted, ticks }).changes.every(({ from, to }) => to > from);
    }),
    runs,
  );
  t.pass();
});

test('no removal happens in a tick without telemetry or with a stale view', (t) => {
  fc.assert(
    fc.property(automatic, (day) => {
      const { changes } = play(day);
      return changes.every(({ atMs, from, to }) => {
        const tick = day.ticks[(atMs - 600_000) / TICK_MS];
        const blind = tick === undefined || tick.clusterStale || tick.telemetryAgeSeconds > 45;
        return !blind || to >= from;
      });
    }),
    runs,
  );
  t.pass();
});

test('the memory stays short over any sequence', (t) => {
  fc.assert(
    fc.property(automatic, (day) => {
      const { decisions } = play(day);
      return decisions.every(
        ({ memory: { recommendations } }) =>
          recommendations.length <= 21 &&
          recommendations.every(({ replicas }, at) => replicas < (recommendations[at - 1]?.replicas ?? 1e9)),
      );
    }),
    runs,
  );
  t.pass();
});
