import test from 'ava';
import { applyScale, fieldManagerOf } from '../../controller/kube/scale.ts';
import { RecordingConnection } from './recording-connection.ts';

const request = {
  workload: { namespace: 'shop', kind: 'Deployment', name: 'web' },
  uid: 'u-1',
  replicas: 4,
  epoch: 7,
  holder: 'foresail-0_ab12cd34',
};

test('a scale is a server-side apply to the scale subresource, with epoch and holder as its manager', async (t) => {
  const connection = new RecordingConnection();
  connection.answer = () => ({
    status: 200,
    body: { metadata: { resourceVersion: '9' }, spec: { replicas: 4 } },
  });
  t.deepEqual(await applyScale(connection, request), { kind: 'written', replicas: 4, resourceVersion: '9' });
  t.like(connection.last, {
    method: 'PATCH',
    path: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
    query: { fieldManager: 'foresail/7/foresail-0_ab12cd34', force: 'true' },
    contentType: 'application/apply-patch+yaml',
  });
  t.deepEqual(connection.last.body, {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { namespace: 'shop', name: 'web', uid: 'u-1' },
    spec: { replicas: 4 },
  });
});

test('the field manager stays within the 128 characters it may have', (t) => {
  t.true(fieldManagerOf(2_147_483_647, `${'x'.repeat(63)}_12345678`).length <= 128);
});

const denied = (policy: string) => ({
  message: `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: x`,
});

for (const [name, reply, outcome] of [
  ['409', { status: 409, body: { message: 'changed' } }, { kind: 'conflict', message: 'changed' }],
  ['404', { status: 404, body: { message: 'not found' } }, { kind: 'refused', reason: 'ScaleRefused' }],
  ['the fence', { status: 422, body: denied('foresail-fence') }, { kind: 'refused', reason: 'FencedOut' }],
  [
    'the bounds',
    { status: 422, body: denied('foresail-bounds') },
    { kind: 'refused', reason: 'ScaleRefused' },
  ],
  [
    '403',
    { status: 403, body: { message: 'rbac' } },
    { kind: 'refused', reason: 'ScaleRefused', message: 'rbac' },
  ],
  ['401', { status: 401, body: {} }, { kind: 'unreachable' }],
  [
    '429',
    { status: 429, body: 'slow down' },
    { kind: 'unreachable', message: 'the API server answered 429' },
  ],
  ['503', { status: 503, body: {} }, { kind: 'unreachable' }],
  ['nothing', undefined, { kind: 'unreachable', message: 'nobody there' }],
] as const) {
  test(`a write answered by ${name} is ${outcome.kind}`, async (t) => {
    const connection = new RecordingConnection();
    connection.answer = () => reply;
    t.like(await applyScale(connection, request), outcome);
  });
}

test('a kind without a scale here is refused without asking', async (t) => {
  const connection = new RecordingConnection();
  const workload = { ...request.workload, kind: 'DaemonSet' };
  const outcome = await applyScale(connection, { ...request, workload });
  t.like(outcome, { kind: 'refused', reason: 'ScaleRefused' });
  t.is(connection.calls.length, 0);
});

test('a name cannot leave its place in the path', async (t) => {
  const connection = new RecordingConnection();
  const workload = { ...request.workload, name: '../../secrets/x' };
  await applyScale(connection, { ...request, workload });
  t.is(connection.last.path, '/apis/apps/v1/namespaces/shop/deployments/..%2F..%2Fsecrets%2Fx/scale');
});

const other = {
  ...request,
  workload: { ...request.workload, kind: 'Rollout' },
  path: '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web/scale',
};

test('the scale of another kind is read and patched at the version read, with epoch and holder as its manager', async (t) => {
  const connection = new RecordingConnection();
  connection.answer = ({ method }) => ({
    status: 200,
    body:
      method === 'GET'
        ? { metadata: { uid: 'u-1', resourceVersion: '7' }, spec: { replicas: 2 } }
        : { metadata: { uid: 'u-1', resourceVersion: '8' }, spec: { replicas: 4 } },
  });
  t.deepEqual(await applyScale(connection, other), { kind: 'written', replicas: 4, resourceVersion: '8' });
  t.like(connection.last, {
    method: 'PATCH',
    path: other.path,
    query: { fieldManager: 'foresail/7/foresail-0_ab12cd34' },
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion: '7' }, spec: { replicas: 4 } },
  });
});

test('another kind’s object that was made anew under its name is not written', async (t) => {
  const connection = new RecordingConnection();
  connection.answer = () => ({ status: 200, body: { metadata: { uid: 'u-2', resourceVersion: '7' } } });
  t.like(await applyScale(connection, other), { kind: 'conflict' });
  t.is(connection.calls.length, 1);
});

test('another kind’s scale that may not be read is not written', async (t) => {
  const connection = new RecordingConnection();
  connection.answer = () => ({ status: 403, body: { message: 'rbac' } });
  t.deepEqual(await applyScale(connection, other), {
    kind: 'refused',
    reason: 'ScaleRefused',
    message: 'rbac',
  });
});
