import test from 'ava';
import { noticeRelease, type ReleaseState } from '../../controller/policy/release.ts';
import type { Pod } from '../../controller/ports.ts';

const clock = { nowMs: 5_000, wallMs: 1_000_000 };
const noon = 12 * 3_600_000;

function pods(revision: string | undefined, createdMs: number, given: Partial<Pod> = {}): readonly Pod[] {
  return ['1', '2'].map((name, at) => ({
    uid: `${revision}${name}`,
    name,
    ready: true,
    terminating: false,
    createdMs: createdMs + at,
    ...(revision === undefined ? {} : { revision }),
    ...given,
  }));
}

const running: ReleaseState = { revision: 'a' };

test('what runs when a workload is first seen is no release', (t) => {
  t.deepEqual(noticeRelease({}, pods('a', noon), clock), running);
});

test('two revisions at first sight are a rollout under way', (t) => {
  const state = noticeRelease({}, [...pods('a', noon), ...pods('b', noon + 9_000)], clock);
  t.deepEqual(state, { revision: 'b', released: clock });
});

test('the first pod of another revision is a release, once', (t) => {
  const during = [...pods('a', noon), ...pods('b', noon + 9_000)];
  const state = noticeRelease(running, during, clock);
  t.deepEqual(state, { revision: 'b', released: clock });
  t.is(noticeRelease(state, during, { ...clock, nowMs: 20_000 }), state);
  t.is(noticeRelease(state, pods('b', noon + 9_000), { ...clock, nowMs: 30_000 }), state);
});

test('new pods of the same revision are none', (t) => {
  t.is(noticeRelease(running, [...pods('a', noon), ...pods('a', noon + 9_000)], clock), running);
});

test('a roll back is a release', (t) => {
  const state: ReleaseState = { revision: 'b', released: { nowMs: 0, wallMs: 0 } };
  t.deepEqual(noticeRelease(state, [...pods('b', noon), ...pods('a', noon + 9_000)], clock), {
    revision: 'a',
    released: clock,
  });
});

test('no pods, pods that end, and pods of no known revision tell nothing', (t) => {
  t.is(noticeRelease(running, [], clock), running);
  t.is(noticeRelease(running, pods('b', noon, { terminating: true }), clock), running);
  t.is(noticeRelease(running, pods(undefined, noon), clock), running);
});
