import test from 'ava';
import { TokenIdentifier } from '../../controller/kube/identity.ts';
import type { KubeObject } from '../../controller/kube/kube-object.ts';
import { podRecord } from '../../controller/kube/pod-record.ts';
import { replicaSetRecord, WorkloadIndex } from '../../controller/kube/workload-index.ts';
import { RecordingConnection } from './recording-connection.ts';

const AUDIENCE = 'foresail.dev/otlp';

const owned = (kind: string, name: string, uid: string) => [{ kind, name, uid, controller: true }];
const object = (name: string, uid: string, extra: object = {}): KubeObject => ({
  metadata: { namespace: 'shop', name, uid, resourceVersion: '1', ...extra },
});

function bench() {
  const index = new WorkloadIndex();
  const add = (pod: KubeObject) =>
    index.podChanged({ key: `shop/${pod.metadata.name}`, object: podRecord(pod), previous: undefined });
  const replicaSet = object('web-1', 'rs-1', { ownerReferences: owned('Deployment', 'web', 'd-1') });
  index.replicaSetChanged({ key: 'shop/web-1', object: replicaSetRecord(replicaSet), previous: undefined });
  add(object('web-1-a', 'p-1', { ownerReferences: owned('ReplicaSet', 'web-1', 'rs-1') }));
  add(object('db-0', 'p-2', { ownerReferences: owned('StatefulSet', 'db', 's-1') }));
  add(object('job', 'p-3', { ownerReferences: owned('Job', 'job', 'j-1') }));
  add(object('lone', 'p-4'));
  add(
    object('leaving', 'p-5', {
      ownerReferences: owned('StatefulSet', 'db', 's-1'),
      deletionTimestamp: '2026-01-01T00:00:00Z',
    }),
  );
  const connection = new RecordingConnection();
  return { index, connection, identifier: new TokenIdentifier({ connection, index }) };
}

function accepted(podName: string, podUid: string, audiences: string[] = [AUDIENCE]) {
  const extra = {
    'authentication.kubernetes.io/pod-name': [podName],
    'authentication.kubernetes.io/pod-uid': [podUid],
  };
  return () => ({ status: 201, body: { status: { authenticated: true, audiences, user: { extra } } } });
}

test('the token is reviewed for our audience only, and its pod leads to the Deployment', async (t) => {
  const { connection, identifier } = bench();
  connection.answer = accepted('web-1-a', 'p-1');
  t.deepEqual(await identifier.identify('token'), {
    kind: 'pod',
    workload: { namespace: 'shop', kind: 'Deployment', name: 'web' },
    podUid: 'p-1',
    podName: 'web-1-a',
  });
  t.is(connection.last.path, '/apis/authentication.k8s.io/v1/tokenreviews');
  t.deepEqual((connection.last.body as { spec: object }).spec, { token: 'token', audiences: [AUDIENCE] });
});

test('a StatefulSet owns its pods itself', async (t) => {
  const { connection, identifier } = bench();
  connection.answer = accepted('db-0', 'p-2');
  t.like(await identifier.identify('token'), { workload: { kind: 'StatefulSet', name: 'db' } });
});

for (const [name, pod, uid, outcome] of [
  ['a pod of a Job', 'job', 'p-3', { kind: 'refused', reason: 'WorkloadUnknown' }],
  ['a pod of nobody', 'lone', 'p-4', { kind: 'refused', reason: 'WorkloadUnknown' }],
  ['a pod being deleted', 'leaving', 'p-5', { kind: 'refused', reason: 'TokenRefused' }],
  ['a pod made anew under the same name, not seen yet', 'web-1-a', 'p-9', { kind: 'unavailable' }],
] as const) {
  test(`${name} is ${outcome.kind}`, async (t) => {
    const { connection, identifier } = bench();
    connection.answer = accepted(pod, uid);
    t.like(await identifier.identify('token'), outcome);
  });
}

for (const [name, answer, outcome] of [
  [
    'an expired token',
    { status: 201, body: { status: { authenticated: false, error: 'expired' } } },
    'refused',
  ],
  ['an empty review', { status: 201, body: {} }, 'refused'],
  ['a server that knows no audiences', accepted('web-1-a', 'p-1', [])(), 'refused'],
  [
    'a token bound to no pod',
    { status: 201, body: { status: { authenticated: true, audiences: [AUDIENCE] } } },
    'refused',
  ],
  ['an answer 500', { status: 500, body: {} }, 'unavailable'],
  ['an answer 403', { status: 403, body: {} }, 'unavailable'],
  ['no answer', undefined, 'unavailable'],
] as const) {
  test(`${name} is ${outcome}`, async (t) => {
    const { connection, identifier } = bench();
    connection.answer = () => answer;
    const identity = await identifier.identify('token');
    t.is(identity.kind, outcome);
    t.true('message' in identity && identity.message.length > 0);
  });
}

test('no token and an absurd one are refused without asking', async (t) => {
  const { connection, identifier } = bench();
  t.is((await identifier.identify('')).kind, 'refused');
  t.is((await identifier.identify('x'.repeat(20_000))).kind, 'refused');
  t.is(connection.calls.length, 0);
});

test('an unreachable API server is asked again at once: nothing is remembered of it', async (t) => {
  const { connection, identifier } = bench();
  connection.answer = () => undefined;
  t.is((await identifier.identify('token')).kind, 'unavailable');
  connection.answer = accepted('web-1-a', 'p-1');
  t.is((await identifier.identify('token')).kind, 'pod');
});

test('a token that is still good is worth nothing once its pod is deleted', async (t) => {
  const { index, connection, identifier } = bench();
  connection.answer = accepted('web-1-a', 'p-1');
  await identifier.identify('token');
  index.podChanged({ key: 'shop/web-1-a', object: undefined, previous: index.pod('p-1') });
  t.is((await identifier.identify('token')).kind, 'unavailable');
});

test('a pod that names an owner that is not its controller gains nothing by it', async (t) => {
  const { index, connection, identifier } = bench();
  const claims = [{ kind: 'StatefulSet', name: 'db', uid: 's-1' }];
  const pod = podRecord(object('liar', 'p-6', { ownerReferences: claims }));
  index.podChanged({ key: 'shop/liar', object: pod, previous: undefined });
  connection.answer = accepted('liar', 'p-6');
  t.like(await identifier.identify('token'), { reason: 'WorkloadUnknown' });
});
