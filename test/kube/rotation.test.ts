import test from 'ava';
import { costOf, rotationOf, turnPod } from '../../controller/kube/rotation.ts';
import { RecordingConnection } from './recording-connection.ts';

const metadata = (labels: Record<string, string>, annotations: Record<string, string> = {}) => ({
  ...{ namespace: 'shop', name: 'web-1', uid: 'u', resourceVersion: '1', labels, annotations },
});
const since = 'foresail.dev/out-of-rotation-since';
const cost = 'controller.kubernetes.io/pod-deletion-cost';

test('a pod is in rotation by its label, out by its label and our word, else neither', (t) => {
  t.deepEqual(rotationOf(metadata({ 'foresail.dev/in-rotation': 'true' })), { inRotation: true });
  t.deepEqual(
    rotationOf(metadata({ 'foresail.dev/in-rotation': 'false' }, { [since]: '170', [cost]: '-5' })),
    {
      outSinceMs: 170,
    },
  );
  t.deepEqual(rotationOf(metadata({ 'foresail.dev/in-rotation': 'false' })), {}, 'somebody else took it out');
  t.deepEqual(rotationOf(metadata({ 'foresail.dev/in-rotation': 'false' }, { [since]: 'soon' })), {});
  t.deepEqual(rotationOf(metadata({ 'foresail.dev/in-rotation': 'true' }, { [cost]: '100' })), {});
  t.deepEqual(rotationOf({ namespace: 'shop', name: 'x', uid: 'u', resourceVersion: '1' }), {});
});

test('who was out for longer costs less to delete, and always less than a pod without a cost', (t) => {
  t.is(costOf(Date.parse('2026-01-01T00:00:00Z')), -380_258_047);
  t.true(costOf(1_000_000) < costOf(61_000_000));
  t.is(costOf(Date.parse('2050-01-01T00:00:00Z')), -1);
});

const turn = { namespace: 'shop', pod: { name: 'web-1', uid: 'u' }, epoch: 7, holder: 'a_1' };

test('out and back are one patch each, by the leader and of the pod that was meant', async (t) => {
  const connection = new RecordingConnection();
  t.is(await turnPod(connection, { ...turn, outSinceMs: 61_000 }), undefined);
  t.like(connection.last, {
    path: '/api/v1/namespaces/shop/pods/web-1',
    query: { fieldManager: 'foresail/7/a_1' },
    contentType: 'application/merge-patch+json',
  });
  t.deepEqual(connection.last.body, {
    metadata: {
      uid: 'u',
      labels: { 'foresail.dev/in-rotation': 'false' },
      annotations: { [since]: '61000', [cost]: '-2147483586' },
    },
  });
  await turnPod(connection, { ...turn, outSinceMs: undefined });
  t.like(connection.last.body, {
    metadata: {
      labels: { 'foresail.dev/in-rotation': 'true' },
      annotations: { [since]: null, [cost]: null },
    },
  });
});

test('a pod that is gone is no failure; without the right to it the command that grants it is said', async (t) => {
  const connection = new RecordingConnection();
  connection.answer = () => ({ status: 404, body: { message: 'not found' } });
  t.is(await turnPod(connection, { ...turn, outSinceMs: 1 }), undefined);
  connection.answer = () => ({ status: 403, body: { message: 'cannot patch' } });
  const failure = await turnPod(connection, { ...turn, outSinceMs: 1 });
  t.regex(
    failure?.message ?? '',
    /create rolebinding foresail-rotation -n shop --clusterrole=foresail-rotation/,
  );
  connection.answer = () => undefined;
  t.like(await turnPod(connection, { ...turn, outSinceMs: 1 }), { kind: 'unreachable' });
});
