import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import type { Call, Reply } from '../../controller/kube/connection.ts';
import { ScaleTargets, type TargetRef } from '../../controller/kube/scale-targets.ts';
import { RecordingConnection, settle } from './recording-connection.ts';

const ref: TargetRef = {
  ...{ namespace: 'shop', apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' },
};
const SCALE = '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web/scale';

function bench() {
  const connection = new RecordingConnection();
  const clock = new VirtualClock(0);
  const unreadable: string[] = [];
  let [changes, replicas] = [0, 3];
  let scale = (): Reply | undefined => ({
    status: 200,
    body: { metadata: { uid: 'u', resourceVersion: String(replicas) }, spec: replicas ? { replicas } : {} },
  });
  connection.answer = ({ path }: Call) =>
    path.endsWith('/scale')
      ? scale()
      : {
          status: 200,
          body: {
            resources: [
              { name: 'rollouts', kind: 'Rollout' },
              { name: 'rollouts/scale', kind: 'Scale' },
              { name: 'experiments', kind: 'Experiment' },
            ],
          },
        };
  const targets = new ScaleTargets({
    ...{ connection, clock },
    onChange: () => {
      changes++;
    },
    onUnreadable: (_, message) => unreadable.push(message),
  });
  return {
    ...{ connection, clock, targets, unreadable },
    changes: () => changes,
    ask: (count: number) => {
      replicas = count;
    },
    answer: (reply: () => Reply | undefined) => {
      scale = reply;
    },
  };
}

test('a target is read at once when it is wanted, by what its kind is called in paths', async (t) => {
  const { targets, connection, changes } = bench();
  targets.want([ref]);
  t.false(targets.settled());
  await settle();
  t.true(targets.settled());
  t.is(connection.last.path, SCALE);
  t.is(targets.path(ref), SCALE);
  t.like(targets.record(ref), { uid: 'u', replicas: 3, resourceVersion: '3' });
  t.is(changes(), 1);
  t.deepEqual([...targets.kinds()], ['Rollout']);
});

test('it is read again every 10 s, and only a change is told', async (t) => {
  const { targets, clock, changes, ask } = bench();
  targets.want([ref]);
  targets.start();
  await settle();
  clock.advance(10_000);
  await settle();
  t.is(changes(), 1);
  ask(0);
  clock.advance(10_000);
  await settle();
  t.is(targets.record(ref)?.replicas, 0, 'a Scale leaves out what is 0');
  t.is(changes(), 2);
  await targets.stop();
});

test('without the right to it there is no target, and what must be allowed is said once', async (t) => {
  const { targets, clock, unreadable, answer } = bench();
  answer(() => ({ status: 403, body: { message: 'forbidden: no' } }));
  targets.want([ref]);
  targets.start();
  await settle();
  clock.advance(10_000);
  await settle();
  t.is(targets.record(ref), undefined);
  t.true(targets.settled());
  t.is(unreadable.length, 1);
  t.regex(unreadable[0] ?? '', /must be allowed get and patch of rollouts\/scale in API group argoproj\.io/);
  await targets.stop();
});

test('while the API server does not answer, what was read before stands', async (t) => {
  const { targets, clock, answer } = bench();
  targets.want([ref]);
  targets.start();
  await settle();
  answer(() => undefined);
  clock.advance(10_000);
  await settle();
  t.is(targets.record(ref)?.replicas, 3);
  answer(() => ({ status: 404, body: {} }));
  clock.advance(10_000);
  await settle();
  t.is(targets.record(ref), undefined, 'a target that is gone is gone');
  await targets.stop();
});

test('a kind without a scale is named, and what nobody wants any more is forgotten', async (t) => {
  const { targets, unreadable } = bench();
  targets.want([ref, { ...ref, kind: 'Experiment' }]);
  await settle();
  t.deepEqual(unreadable, [
    'scaleTargetRef must name a kind with a scale subresource: argoproj.io/v1alpha1 Experiment has none',
  ]);
  targets.want([]);
  t.is(targets.record(ref), undefined);
  t.is(targets.path(ref), undefined);
  t.is(targets.kinds().size, 0);
});
