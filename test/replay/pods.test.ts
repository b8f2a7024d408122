import test from 'ava';
import { bucketCounts, POD_RPS, serve } from '../../bench/replay/latency.ts';
import { nested, OtlpTemplate, slot64, text } from '../../bench/replay/otlp-template.ts';
import { embeddedIdentifier, tokenOf } from '../../bench/replay/pod-token.ts';
import { startPods } from '../../bench/replay/pods.ts';
import { BOUNDS_SECONDS } from '../../bench/replay/simulated-pod.ts';
import { VirtualClock } from '../../controller/clock.ts';
import { createReceiver } from '../../controller/ingest/receiver.ts';
import type { Pod } from '../../controller/ports.ts';
import type { Report } from '../../controller/series/report.ts';

const workload = { namespace: 'demo', kind: 'Deployment', name: 'shop' };
const startMs = 1_700_000_010_000;
const podOf = (uid: string): Pod => ({
  uid,
  name: `name-${uid}`,
  ready: true,
  terminating: false,
  createdMs: startMs,
  readyMs: startMs,
});

async function rig(existing: readonly string[]) {
  const clock = new VirtualClock(startMs);
  const reports: Report[] = [];
  const receiver = createReceiver({
    identifier: embeddedIdentifier(workload, 'secret', () => existing.map(podOf)),
    onReport: (report) => reports.push(report),
    clock,
  });
  await receiver.listen(0, '127.0.0.1');
  const pods = startPods({ origin: `http://127.0.0.1:${receiver.address().port}`, secret: 'secret' });
  const play = (tick: number, requests: Readonly<Record<string, number>>) => {
    clock.advance(15_000);
    return pods.play({
      startMs: startMs + tick * 15_000,
      endMs: startMs + (tick + 1) * 15_000,
      pods: Object.entries(requests).map(([uid, count]) => ({ uid, readyMs: startMs, requests: count })),
    });
  };
  return {
    reports,
    play,
    async close() {
      await pods.close();
      await receiver.close();
    },
  };
}

test('the real receiver takes what simulated pods send, as each pod said it', async (t) => {
  const { reports, play, close } = await rig(['a', 'b']);
  t.teardown(close);
  t.is(await play(0, { a: 1_000, b: 2_000 }), 2);
  const report = reports.find(({ podUid }) => podUid === 'a');
  t.like(report, { workload, podName: 'name-a' });
  const counters = report?.points.filter((point) => point.kind === 'counter') ?? [];
  t.deepEqual(
    counters.map(({ outcome, value, startMs: from, atMs }) => ({ outcome, value, from, atMs })),
    [
      { outcome: 'ok', value: 1_000, from: startMs, atMs: startMs + 15_000 },
      { outcome: 'error', value: 0, from: startMs, atMs: startMs + 15_000 },
    ],
  );
  const histogram = report?.points.find((point) => point.kind === 'histogram');
  t.deepEqual(histogram?.boundsSeconds, [...BOUNDS_SECONDS]);
  t.deepEqual(histogram?.counts, bucketCounts(serve(1_000, 0, 15), BOUNDS_SECONDS));
  const inflight = report?.points.find((point) => point.kind === 'gauge');
  t.is(inflight?.value, Math.round((1_000 / 15) * serve(1_000, 0, 15).sojournSeconds));
});

test('counters go on from tick to tick, and a pod that comes back starts anew', async (t) => {
  const { reports, play, close } = await rig(['a', 'b']);
  t.teardown(close);
  const ok = () => {
    const point = reports.at(-1)?.points.find(({ kind }) => kind === 'counter');
    return point?.kind === 'counter' ? point.value : undefined;
  };
  await play(0, { a: 100 });
  t.is(ok(), 100);
  await play(1, { a: 150 });
  t.is(ok(), 250);
  await play(2, { b: 1 });
  await play(3, { a: 7 });
  t.is(ok(), 7);
});

test('an overloaded pod reports the errors that clients saw', async (t) => {
  const { reports, play, close } = await rig(['a']);
  t.teardown(close);
  const over = Math.round(3 * POD_RPS * 15);
  await play(0, { a: over });
  const values = reports[0]?.points.flatMap((point) => (point.kind === 'counter' ? [point.value] : []));
  t.is((values?.[0] ?? 0) + (values?.[1] ?? 0), over);
  t.true((values?.[1] ?? 0) > 0);
});

test('a pod that does not exist is refused, and the replay says so instead of going on', async (t) => {
  const { play, close } = await rig(['a']);
  t.teardown(close);
  await t.throwsAsync(play(0, { a: 1, ghost: 1 }), { message: /an export was not accepted: 401/ });
});

test('a receiver that is not there fails the tick', async (t) => {
  const { play, close } = await rig(['a']);
  await play(0, { a: 1 });
  const pods = startPods({ origin: 'http://127.0.0.1:1', secret: 'secret' });
  t.teardown(async () => {
    await pods.close();
    await close();
  });
  const tick = { startMs, endMs: startMs + 15_000, pods: [{ uid: 'a', readyMs: startMs, requests: 1 }] };
  await t.throwsAsync(pods.play(tick), { message: /ECONNREFUSED/ });
});

test('a token is of the pod it was signed for, and of nobody else', async (t) => {
  const identifier = embeddedIdentifier(workload, 'secret', () => [podOf('a')]);
  const good = tokenOf('a', 'secret');
  t.like(await identifier.identify(good), { kind: 'pod', podUid: 'a' });
  const bad = [
    tokenOf('a', 'other'),
    tokenOf('b', 'secret'),
    good.replace('a.', 'b.'),
    `${good}x`,
    'a.',
    '',
    '.',
  ];
  for (const token of bad)
    t.like(await identifier.identify(token), { kind: 'refused', reason: 'TokenRefused' }, token);
});

test('template: numbers above 32 bits and nanoseconds survive', (t) => {
  const template = new OtlpTemplate(nested(1, text(1, 'abc'), slot64(2, 'count'), slot64(3, 'time')));
  template.setCount('count', 2 ** 53 - 1);
  template.setTime('time', 1_700_000_000_123);
  // tag 0x0a, length 23; tag 0x0a, length 3, abc; tag 0x11, 8 bytes; tag 0x19, 8 bytes
  t.is(template.body.length, 25);
  t.is(template.body.subarray(0, 8).toString('hex'), '0a170a0361626311');
  t.is(template.body.readBigUInt64LE(8), 9_007_199_254_740_991n);
  t.is(template.body.readBigUInt64LE(17), 1_700_000_000_123_000_000n);
});

test('template: a slot that is not laid out, or is laid out twice, is a bug that is named', (t) => {
  const template = new OtlpTemplate(slot64(1, 'here'));
  t.throws(() => template.setCount('there', 1), { message: 'no slot there in this template' });
  t.throws(() => new OtlpTemplate(nested(1, slot64(1, 'twice'), slot64(2, 'twice'))), { message: /twice/ });
});
