import test from 'ava';
import type { PublishedStatus } from '../../controller/api/predictive-scaler-status.ts';
import { VirtualClock } from '../../controller/clock.ts';
import { StatusWriter, statusBody } from '../../controller/kube/status.ts';
import type { ScalerStatus } from '../../controller/ports.ts';
import { RecordingConnection, settle } from './recording-connection.ts';

const ref = { namespace: 'shop', name: 'web', uid: 'u-1', generation: 3 };
const status = (desiredReplicas: number): ScalerStatus => ({
  currentReplicas: 2,
  desiredReplicas,
  forecastRps: 120,
  model: 'champion',
  leadSeconds: 20,
  conditions: [{ type: 'Ready', status: 'True', reason: 'Steady', message: 'fine' }],
});

function bench() {
  const connection = new RecordingConnection();
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const state: { published: PublishedStatus; leading: boolean } = { published: {}, leading: true };
  const failures: string[] = [];
  const writer = new StatusWriter({
    ...{ connection, clock, random: () => 1 },
    published: () => state.published,
    mayWrite: () => state.leading,
    onFailure: (error) => failures.push(error.message),
  });
  const applied = () => (connection.last.body as { status: PublishedStatus }).status;
  return { connection, clock, state, writer, failures, applied };
}

test('a status is applied to the subresource of this very object', async (t) => {
  const { connection, writer, applied } = bench();
  writer.want(ref, status(4));
  await settle();
  t.like(connection.last, {
    method: 'PATCH',
    path: '/apis/foresail.dev/v1alpha1/namespaces/shop/predictivescalers/web/status',
    contentType: 'application/apply-patch+yaml',
    query: { fieldManager: 'foresail', force: 'true' },
  });
  t.is((connection.last.body as { metadata: { uid: string } }).metadata.uid, 'u-1');
  t.like(applied(), { observedGeneration: 3, desiredReplicas: 4, forecastRps: 120, model: 'champion' });
  t.like(applied().conditions?.[0], { observedGeneration: 3, lastTransitionTime: '2026-01-01T00:00:00Z' });
});

test('what the cache already shows is not written, in whatever order its fields come', async (t) => {
  const { connection, state, writer, applied } = bench();
  writer.want(ref, status(4));
  await settle();
  const shown = applied();
  state.published = Object.fromEntries(Object.entries(shown).reverse());
  writer.forget(ref.uid);
  writer.want(ref, status(4));
  await settle();
  t.is(connection.calls.length, 1);
  writer.want(ref, status(5));
  await settle();
  t.is(connection.calls.length, 2);
});

test('a write is not repeated while the cache has not caught up with it', async (t) => {
  const { connection, clock, writer } = bench();
  writer.want(ref, status(4));
  await settle();
  writer.want(ref, status(4));
  await settle();
  t.is(connection.calls.length, 1);
  clock.advance(10_001);
  writer.want(ref, status(4));
  await settle();
  t.is(connection.calls.length, 2, 'after that, the cache is believed: somebody took it away');
});

test('the newest wanted status is written, and a failed write is tried again', async (t) => {
  const { connection, clock, writer, failures, applied } = bench();
  connection.answer = () => ({ status: 500, body: { message: 'etcd is away' } });
  writer.want(ref, status(4));
  await settle();
  writer.want(ref, status(6));
  connection.answer = () => ({ status: 200, body: {} });
  clock.advance(200);
  await settle();
  t.is(applied().desiredReplicas, 6);
  t.is(connection.calls.length, 2);
  t.deepEqual(failures, ['etcd is away']);
});

test('a controller that does not lead writes no status', async (t) => {
  const { connection, state, writer } = bench();
  state.leading = false;
  writer.want(ref, status(4));
  await settle();
  t.is(connection.calls.length, 0);
});

test('a scaler that is gone is not written to again', async (t) => {
  const { connection, clock, writer, failures } = bench();
  connection.answer = () => ({ status: 404, body: {} });
  writer.want(ref, status(4));
  await settle();
  clock.advance(60_000);
  await settle();
  t.is(connection.calls.length, 1);
  t.deepEqual(failures, []);
});

test('a condition keeps its time while its status stands, and gets a new one when it turns', (t) => {
  const before = [
    {
      type: 'Ready',
      status: 'True',
      reason: 'Steady',
      message: 'm',
      lastTransitionTime: '2025-12-31T00:00:00Z',
    },
  ] as const;
  const now = Date.UTC(2026, 0, 1);
  const same = statusBody(ref, status(1), before, now);
  t.is(same.conditions?.[0]?.lastTransitionTime, '2025-12-31T00:00:00Z');
  const turned = statusBody(
    ref,
    { conditions: [{ type: 'Ready', status: 'False', reason: 'TargetMissing', message: 'm' }] },
    before,
    now,
  );
  t.is(turned.conditions?.[0]?.lastTransitionTime, '2026-01-01T00:00:00Z');
});

test('a figure that is not known is left out, never zero', (t) => {
  const body = statusBody(ref, { ...status(1), forecastRps: Number.NaN, leadSeconds: Infinity }, [], 0);
  t.false('forecastRps' in body);
  t.false('leadSeconds' in body);
});
