import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import { holdsOff, noticeUndone } from '../../controller/policy/memory.ts';
import type { Memory, Target } from '../../controller/policy/observation.ts';
import { forecast, HOUR_MS, observation, target } from './observations.ts';

const asked12: Memory = { sinceMs: 0, recommendations: [], askedReplicas: 12, lastUpMs: 100_000 };
const by = (replicas: number, manager: string, atMs = 1): Target => ({
  ...target(replicas),
  writer: { manager, atMs },
});

test('what somebody else sets soon after a change of ours is remembered for an hour, each write once', (t) => {
  const once = noticeUndone(asked12, by(3, 'argocd'), 160_000);
  t.deepEqual(once.undone, [{ atMs: 160_000, manager: 'argocd', writtenMs: 1 }]);
  t.deepEqual(noticeUndone(once, by(3, 'argocd'), 175_000).undone, once.undone);
  const twice = noticeUndone(once, by(3, 'argocd', 2), 400_000);
  t.is(twice.undone?.length, 2);
  t.is(noticeUndone(twice, target(12), 160_000 + 3_600_001).undone?.length, 1);
  t.is(noticeUndone(twice, target(12), 400_000 + 3_600_001).undone, undefined);
});

test('it is none of it when it is late, when nothing changed, when nothing was asked, or when it was Foresail', (t) => {
  t.is(noticeUndone(asked12, by(3, 'argocd'), 100_000 + 600_001).undone, undefined);
  t.is(noticeUndone(asked12, by(12, 'argocd'), 160_000).undone, undefined);
  const { askedReplicas: _asked, ...never } = asked12;
  t.is(noticeUndone(never, by(3, 'argocd'), 160_000).undone, undefined);
  t.is(noticeUndone(asked12, target(3), 160_000).undone, undefined);
});

test('one change back is tolerated, the second holds off for ten minutes', (t) => {
  const undone = (...times: number[]) => ({
    ...asked12,
    undone: times.map((atMs) => ({ atMs, manager: 'argocd', writtenMs: atMs })),
  });
  t.is(holdsOff(undone(100_000), 101_000), undefined);
  t.is(holdsOff(undone(50_000, 100_000), 699_999)?.manager, 'argocd');
  t.is(holdsOff(undone(50_000, 100_000), 700_000), undefined);
});

test('against a writer that always sets 3 at most one write in ten minutes is made, after the first two', (t) => {
  let memory: Memory = { sinceMs: 0, recommendations: [] };
  let replicas = 3;
  let writer: Target['writer'];
  const writesMs: number[] = [];
  for (let tick = 0; tick < 4 * 240; tick++) {
    const nowMs = HOUR_MS + tick * 15_000;
    const seen = { ...target(replicas), ...(writer ? { writer } : {}) };
    const decision = decide(observation({ nowMs, memory, target: seen, forecast: forecast(600) }));
    memory = decision.memory;
    if (decision.act) {
      writesMs.push(nowMs);
      t.is(decision.replicas, 8);
    }
    // It needs one tick to undo it.
    if (replicas !== 3) {
      replicas = 3;
      writer = { manager: 'argocd', atMs: nowMs };
    } else if (decision.act) {
      replicas = decision.replicas;
      writer = undefined;
    }
  }
  const gaps = writesMs.slice(1).map((atMs, index) => (atMs - (writesMs[index] ?? 0)) / 1000);
  t.true(writesMs.length >= 20, `${writesMs.length} writes in four hours: it goes on trying`);
  t.true(
    gaps.slice(1).every((seconds) => seconds >= 600),
    gaps.join(' '),
  );
});

test('a person who scales once is not taken for one who undoes: more stands for a while, less is put right', (t) => {
  const asked: Memory = { sinceMs: 0, recommendations: [], askedReplicas: 8, lastUpMs: HOUR_MS - 60_000 };
  const more = decide(observation({ memory: asked, target: by(15, 'kubectl') }));
  t.is(more.replicas, 15);
  const less = decide(observation({ memory: asked, target: by(4, 'kubectl') }));
  t.true(less.act);
  t.is(less.replicas, 8);
});

test('beside another scaler what it does is not taken for a need, nor for our own word', (t) => {
  const rivals = [{ kind: 'HorizontalPodAutoscaler', name: 'web' }];
  const { memory, replicas, reason } = decide(observation({ target: { ...target(15), rivals } }));
  t.is(replicas, 15);
  t.is(reason, 'OtherWriter');
  t.is(memory.askedReplicas, undefined);
});
