import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import test from 'ava';
import { StateLog } from '../../sidecar/log.ts';
import type { Attempt } from '../../sidecar/outbox.ts';
import { OUTBOX_CAPACITY, Outbox } from '../../sidecar/outbox.ts';
import { eagerClock } from './virtual-clock.ts';

const metrics = (): ResourceMetrics => ({ scopeMetrics: [] }) as unknown as ResourceMetrics;

/** An outbox whose receiver answers from a list, then takes everything. */
function box(answers: readonly Attempt[] = []) {
  const clock = eagerClock();
  const lines: string[] = [];
  const sent: ResourceMetrics[] = [];
  const left = [...answers];
  const send = async (one: ResourceMetrics): Promise<Attempt> => {
    sent.push(one);
    return left.shift() ?? { kind: 'taken' };
  };
  const states = new StateLog((level, message) => lines.push(`${level} ${message}`));
  return { outbox: new Outbox('export to x', send, clock, () => 0.5, states), sent, lines, clock };
}

const later: Attempt = { kind: 'later', message: 'connect ECONNREFUSED' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('exports are sent in order, one at a time', async (t) => {
  const { outbox, sent } = box();
  const three = [metrics(), metrics(), metrics()];
  for (const one of three) outbox.offer(one);
  t.is(sent.length, 1);
  await settled();
  t.deepEqual(sent, three);
  t.is(outbox.size, 0);
});

test('what was not taken is sent again, later and later, and said once', async (t) => {
  const { outbox, sent, lines, clock } = box([later, later, later]);
  outbox.offer(metrics());
  await settled();
  t.is(sent.length, 4);
  t.deepEqual(clock.slept, [1000, 2000, 4000]);
  t.deepEqual(lines, ['warn export to x: connect ECONNREFUSED', 'info export to x: takes exports again']);
  t.is(outbox.dropped, 0);
});

test('a receiver that asked for more time than an attempt has is left alone for half a minute', async (t) => {
  const { outbox, clock } = box([{ kind: 'asked-to-wait', message: 'busy' }]);
  outbox.offer(metrics());
  await settled();
  t.deepEqual(clock.slept, [30_000]);
});

test('what was refused is not sent again, and is counted', async (t) => {
  const { outbox, sent, clock } = box([{ kind: 'refused', message: 'answered 400' }]);
  outbox.offer(metrics());
  outbox.offer(metrics());
  await settled();
  t.is(sent.length, 2);
  t.is(outbox.dropped, 1);
  t.deepEqual(clock.slept, []);
});

test('a full box drops the oldest and counts it; the newest gets through', async (t) => {
  let open: (attempt: Attempt) => void = () => {};
  const sent: ResourceMetrics[] = [];
  const send = (one: ResourceMetrics): Promise<Attempt> => {
    sent.push(one);
    return sent.length === 1
      ? new Promise((resolve) => (open = resolve))
      : Promise.resolve({ kind: 'taken' });
  };
  const outbox = new Outbox('x', send, eagerClock(), () => 0.5, new StateLog(() => {}));
  const offered = Array.from({ length: OUTBOX_CAPACITY + 5 }, metrics);
  for (const one of offered) outbox.offer(one);
  t.is(outbox.size, OUTBOX_CAPACITY);
  t.is(outbox.dropped, 5);
  open({ kind: 'taken' });
  await settled();
  t.deepEqual(sent.slice(1), offered.slice(5));
});

test('an offer in the very moment in which the last one was done is sent too', async (t) => {
  const sent: ResourceMetrics[] = [];
  const send = async (one: ResourceMetrics): Promise<Attempt> => {
    sent.push(one);
    return { kind: 'taken' };
  };
  for (let ticks = 0; ticks < 12; ticks++) {
    sent.length = 0;
    const outbox = new Outbox('x', send, eagerClock(), () => 0.5, new StateLog(() => {}));
    outbox.offer(metrics());
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    outbox.offer(metrics());
    await settled();
    t.is(sent.length, 2, `after ${ticks} microtasks`);
  }
});

test('the end does not wait between attempts, and not for ever', async (t) => {
  const { outbox, sent } = box(Array.from({ length: 100 }, () => later));
  outbox.offer(metrics());
  await outbox.drain(3000);
  t.true(sent.length >= 1);
  const before = sent.length;
  outbox.offer(metrics());
  await settled();
  t.is(sent.length, before);
});

test('an end with an endpoint that hangs passes at its deadline', async (t) => {
  const outbox = new Outbox(
    'x',
    () => new Promise(() => {}),
    eagerClock(),
    () => 0.5,
    new StateLog(() => {}),
  );
  outbox.offer(metrics());
  await outbox.drain(3000);
  t.is(outbox.size, 0);
});
