import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { EventWriter } from '../../controller/kube/events.ts';
import { RecordingConnection, settle } from './recording-connection.ts';

const ref = { namespace: 'shop', name: 'web', uid: 'u-1', generation: 1 };

function bench() {
  const connection = new RecordingConnection();
  connection.answer = () => ({ status: 201, body: {} });
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const failures: string[] = [];
  const events = new EventWriter({
    ...{ connection, clock, instance: 'foresail-0' },
    onFailure: (error) => failures.push(error.message),
  });
  return { connection, clock, events, failures };
}

test('an event says what, why, about which scaler, and by whom', async (t) => {
  const { connection, events } = bench();
  events.emit(ref, 'Scaled', 'from 2 to 4 replicas');
  events.emit(ref, 'AtMaximum', 'wants 12');
  await settle();
  t.is(connection.calls[0]?.path, '/apis/events.k8s.io/v1/namespaces/shop/events');
  t.like(connection.calls[0]?.body, {
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'foresail.dev/controller',
    reportingInstance: 'foresail-0',
    reason: 'Scaled',
    note: 'from 2 to 4 replicas',
    type: 'Normal',
    regarding: { kind: 'PredictiveScaler', namespace: 'shop', name: 'web', uid: 'u-1' },
  });
  t.like(connection.calls[1]?.body, { reason: 'AtMaximum', type: 'Warning' });
});

test('the same again is one event whose count is told once a minute', async (t) => {
  const { connection, clock, events } = bench();
  for (let n = 0; n < 30; n++) {
    events.emit(ref, 'Scaled', 'same');
    clock.advance(4000);
    await settle();
  }
  const [created, patched, ...more] = connection.calls;
  t.is(created?.method, 'POST');
  t.is(patched?.method, 'PATCH');
  t.is(patched?.contentType, 'application/merge-patch+json');
  t.like(patched?.body, { series: { count: 16 } });
  t.is(more.length, 0);
});

test('the same after six quiet minutes is a new event', async (t) => {
  const { connection, clock, events } = bench();
  events.emit(ref, 'Scaled', 'same');
  clock.advance(361_000);
  events.emit(ref, 'Scaled', 'same');
  await settle();
  t.deepEqual(
    connection.calls.map((call) => call.method),
    ['POST', 'POST'],
  );
  const names = connection.calls.map((call) => (call.body as { metadata: { name: string } }).metadata.name);
  t.is(new Set(names).size, 2);
});

test('one scaler in a loop has ten events and then one each 30 s; another scaler is not held up', async (t) => {
  const { connection, clock, events } = bench();
  for (let n = 0; n < 100; n++) events.emit(ref, 'Scaled', `number ${n}`);
  await settle();
  t.is(connection.calls.length, 10);
  t.is(events.counts.dropped, 90);
  events.emit({ ...ref, uid: 'u-2', name: 'api' }, 'Scaled', 'x');
  await settle();
  t.is(connection.calls.length, 11);
  clock.advance(60_000);
  for (let n = 0; n < 10; n++) events.emit(ref, 'Scaled', `later ${n}`);
  await settle();
  t.is(connection.calls.length, 13);
});

test('an event that cannot be sent is counted and told, and nothing is thrown', async (t) => {
  const { connection, events, failures } = bench();
  connection.answer = () => undefined;
  events.emit(ref, 'Scaled', 'lost');
  connection.answer = () => ({ status: 403, body: {} });
  await events.stop();
  events.emit(ref, 'Scaled', 'forbidden');
  await events.stop();
  t.is(events.counts.failed, 2);
  t.deepEqual(failures, ['nobody there', 'an event was answered 403']);
});

test('a long message and a long name are cut to what the API server takes', async (t) => {
  const { connection, events } = bench();
  events.emit({ ...ref, name: 'n'.repeat(253) }, 'Scaled', 'm'.repeat(5000));
  await settle();
  const body = connection.last.body as { note: string; metadata: { name: string } };
  t.is(body.note.length, 1024);
  t.true(body.metadata.name.length <= 253);
});
