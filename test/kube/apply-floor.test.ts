import test from 'ava';
import { applyFloor, putBack } from '../../controller/kube/apply-floor.ts';
import type { FloorRecord } from '../../controller/kube/floor.ts';
import { RecordingConnection } from './recording-connection.ts';

const floor: FloorRecord = {
  ...{ kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web', uid: 'u-1', resourceVersion: '7' },
  ...{ target: { group: 'apps', kind: 'Deployment', name: 'web' }, range: { min: 2, max: 10 } },
};
const raised: FloorRecord = {
  ...floor,
  range: { min: 6, max: 10 },
  raised: { before: { min: 2, max: 10 }, set: { min: 6, max: 10 }, by: 'web' },
};
const leader = { epoch: 7, holder: 'foresail-0_ab' };
const gone = {
  'foresail.dev/replicas-before': null,
  'foresail.dev/replicas-set': null,
  'foresail.dev/replicas-set-by': null,
};

function accepting() {
  const connection = new RecordingConnection();
  connection.answer = () => ({
    status: 200,
    body: { metadata: { resourceVersion: '9' }, spec: { minReplicas: 6, maxReplicas: 10 } },
  });
  return connection;
}

test('a floor is a merge patch of the object as it was seen, with word of what stood there', async (t) => {
  const connection = accepting();
  const reply = await applyFloor(connection, { ...leader, floor, range: { min: 6, max: 10 }, by: 'web' });
  t.deepEqual(reply, { kind: 'written', replicas: 6, resourceVersion: '9' });
  t.like(connection.last, {
    method: 'PATCH',
    path: '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web',
    query: { fieldManager: 'foresail/7/foresail-0_ab' },
    contentType: 'application/merge-patch+json',
  });
  t.deepEqual(connection.last.body, {
    metadata: {
      uid: 'u-1',
      resourceVersion: '7',
      annotations: {
        'foresail.dev/replicas-before': '2..10',
        'foresail.dev/replicas-set': '6..10',
        'foresail.dev/replicas-set-by': 'web',
      },
    },
    spec: { minReplicas: 6 },
  });
});

test('the most is written only where it changes', async (t) => {
  const connection = accepting();
  await applyFloor(connection, { ...leader, floor, range: { min: 12, max: 12 }, by: 'web' });
  t.like(connection.last.body, { spec: { minReplicas: 12, maxReplicas: 12 } });
});

test('what stood there before the first floor is what is remembered', async (t) => {
  const connection = accepting();
  await applyFloor(connection, { ...leader, floor: raised, range: { min: 8, max: 10 }, by: 'web' });
  const { metadata } = connection.last.body as { metadata: { annotations: object } };
  t.like(metadata.annotations, {
    'foresail.dev/replicas-before': '2..10',
    'foresail.dev/replicas-set': '8..10',
  });
});

test('put back, and asked for what the owner wants anyway, no word of Foresail is left', async (t) => {
  const connection = accepting();
  await putBack(connection, { ...leader, floor: raised });
  t.like(connection.last.body, { metadata: { annotations: gone }, spec: { minReplicas: 2 } });
  await applyFloor(connection, { ...leader, floor: raised, range: { min: 2, max: 10 }, by: 'web' });
  t.like(connection.last.body, { metadata: { annotations: gone }, spec: { minReplicas: 2 } });
});

for (const [name, answer, outcome] of [
  ['a changed object', { status: 409, body: { message: 'modified' } }, { kind: 'conflict' }],
  [
    'the fence',
    { status: 422, body: { message: "ValidatingAdmissionPolicy 'foresail-fence' denied request: x" } },
    { kind: 'refused', reason: 'FencedOut' },
  ],
  [
    'the floor policy',
    { status: 422, body: { message: "ValidatingAdmissionPolicy 'foresail-floor' denied request: x" } },
    { kind: 'refused', reason: 'ScaleRefused' },
  ],
  ['nobody', undefined, { kind: 'unreachable' }],
] as const) {
  test(`a floor answered by ${name} is ${outcome.kind}`, async (t) => {
    const connection = new RecordingConnection();
    connection.answer = () => answer;
    t.like(await putBack(connection, { ...leader, floor: raised }), outcome);
  });
}

test('without the right to it, the command that grants it is said', async (t) => {
  const connection = new RecordingConnection();
  connection.answer = () => ({ status: 403, body: { message: 'is forbidden: User cannot patch' } });
  const reply = await applyFloor(connection, { ...leader, floor, range: { min: 6, max: 10 }, by: 'web' });
  t.regex(
    'message' in reply ? reply.message : '',
    /kubectl create rolebinding foresail-floor -n shop --clusterrole=foresail-floor --serviceaccount=foresail:foresail/,
  );
});
