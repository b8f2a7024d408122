import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import test from 'ava';
import { Exports, otlpSend } from '../../sidecar/export.ts';
import { StateLog } from '../../sidecar/log.ts';
import { receiver } from './fake-peers.ts';
import { eagerClock } from './virtual-clock.ts';

const metrics = { scopeMetrics: [] } as unknown as ResourceMetrics;

/** Exports to a name whose addresses are what `addresses` returns, with a list of who was sent something. */
function fanout(addresses: () => readonly string[]) {
  const clock = eagerClock();
  const sent: string[] = [];
  const lines: string[] = [];
  const exports = new Exports(
    [
      { url: new URL('http://all.foresail:4318/v1/metrics'), fanout: true },
      { url: new URL('http://other:4318/v1/metrics'), fanout: false },
    ],
    {
      clock,
      random: () => 0.5,
      states: new StateLog((level, message) => lines.push(`${level} ${message}`)),
      headers: async () => ({}),
      resolve: async () => addresses(),
    },
    (url) => async () => {
      sent.push(url.host);
      return { kind: 'taken' };
    },
  );
  const offer = async (): Promise<string[]> => {
    exports.offer(metrics);
    await new Promise((resolve) => setImmediate(resolve));
    return sent.splice(0).sort();
  };
  return { exports, clock, offer, lines };
}

test('every address of a headless Service gets everything, the other endpoint too', async (t) => {
  const { exports, offer } = fanout(() => ['10.0.0.1', 'fd00::2']);
  await exports.refresh();
  t.deepEqual(await offer(), ['10.0.0.1:4318', '[fd00::2]:4318', 'other:4318']);
});

test('a replica that comes is found within half a minute, one that goes is left', async (t) => {
  let addresses = ['10.0.0.1', '10.0.0.2'];
  const { exports, clock, offer } = fanout(() => addresses);
  await exports.refresh();
  addresses = ['10.0.0.2', '10.0.0.3'];
  t.deepEqual(await offer(), ['10.0.0.1:4318', '10.0.0.2:4318', 'other:4318'], 'not yet due');
  await clock.sleep(30_000);
  await exports.refresh();
  t.deepEqual(await offer(), ['10.0.0.2:4318', '10.0.0.3:4318', 'other:4318']);
});

test('a look-up that fails or is empty leaves the addresses as they are, is said, and is tried again', async (t) => {
  let answer: () => readonly string[] = () => ['10.0.0.1'];
  const { exports, clock, offer, lines } = fanout(() => answer());
  await exports.refresh();
  answer = () => {
    throw new Error('getaddrinfo ENOTFOUND all.foresail');
  };
  await clock.sleep(30_000);
  await exports.refresh();
  t.deepEqual(await offer(), ['10.0.0.1:4318', 'other:4318']);
  answer = () => [];
  await exports.refresh();
  t.deepEqual(await offer(), ['10.0.0.1:4318', 'other:4318']);
  t.deepEqual(lines, [
    'warn dns all.foresail: getaddrinfo ENOTFOUND all.foresail; the name must be a headless Service',
    'info dns all.foresail: resolves again',
  ]);
});

test('an export right after another is sent at once, so that a queue drains without waiting', async (t) => {
  const collector = await receiver(() => ({ status: 200 }));
  const send = otlpSend(new URL(`${collector.url}/v1/metrics`), async () => ({}));
  const one = { resource: resourceFromAttributes({}), scopeMetrics: [] };
  for (let nth = 0; nth < 5; nth++) t.deepEqual(await send(one), { kind: 'taken' });
  t.is(collector.requests(), 5);
  await collector.close();
});
