import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { systemClock } from '../../sidecar/clock.ts';
import type { Config } from '../../sidecar/config.ts';
import { serve } from '../../sidecar/serve.ts';
import { attributesOf, pointsOf, receiver, serveOn } from './fake-peers.ts';
import { madeUp } from './made-up-dialect.ts';

const folder = mkdtempSync(join(tmpdir(), 'foresail-serve-'));
test.after.always(() => rmSync(folder, { recursive: true }));

const INTERVAL_MS = 50;
let files = 0;

/** A sidecar that scrapes every 50 ms, against a proxy whose text is what `text` returns. */
async function sidecar(text: () => string | undefined, endpoints: readonly string[], farewellMs = 10_000) {
  const proxy = await serveOn((_, response) => {
    const body = text();
    if (body === undefined) response.destroy();
    else response.end(`${body}\n`);
  });
  const tokenFile = join(folder, `token-${files++}`);
  writeFileSync(tokenFile, 'first-token');
  const config: Config = {
    dialects: [madeUp],
    scrapeUrl: new URL(proxy.url),
    endpoints: endpoints.map((url) => ({ url: new URL(`${url}/v1/metrics`), fanout: false })),
    intervalMs: INTERVAL_MS,
    tokenFile,
    stateFile: join(folder, `state-${files}`),
    selection: new Map(),
    logLevel: 'info',
    resource: { 'k8s.pod.name': 'web-1' },
  };
  const stopping = new AbortController();
  const lines: string[] = [];
  const log = (level: string, message: string): void => void lines.push(`${level} ${message}`);
  const served = serve(config, {
    clock: systemClock,
    random: () => 0,
    log,
    stop: stopping.signal,
    farewellMs,
  });
  const stop = async (): Promise<void> => {
    stopping.abort();
    await served;
    await proxy.close();
  };
  return { tokenFile, lines, stop };
}

const took = (count: number) => `took_bucket{le="5"} ${count}\ntook_bucket{le="+Inf"} ${count}`;

test('what a proxy counted reaches the receiver as OTLP: signals, attributes, resource, gzip, token', async (t) => {
  let count = 100;
  const collector = await receiver(() => ({ status: 200 }));
  const { stop } = await sidecar(() => {
    const body = `alive 1\ncame_total ${count}\nwent_total{bad="no"} ${count}\nwent_total{bad="yes"} 0\nbusy 3\n${took(count)}`;
    count = 140;
    return body;
  }, [collector.url]);
  const [first, second] = await collector.received(2);
  await stop();
  await collector.close();
  if (!first || !second) return t.fail();
  t.like(second, { authorization: 'Bearer first-token', encoding: 'gzip', path: '/v1/metrics' });
  t.like(attributesOf(second.body.resourceMetrics[0]?.resource.attributes ?? []), {
    'k8s.pod.name': 'web-1',
    'foresail.proxy': 'made-up',
    'foresail.latency.until': 'end-of-response',
    'foresail.requests.counted_at': 'arrival',
  });
  const requests = (one: typeof first) =>
    pointsOf(one, 'foresail.requests').map((point) => [
      attributesOf(point.attributes).outcome,
      Number(point.asInt),
    ]);
  t.deepEqual(
    requests(first),
    [
      ['ok', 0],
      ['error', 0],
    ],
    'the baseline',
  );
  t.deepEqual(requests(second), [
    ['ok', 40],
    ['error', 0],
  ]);
  const [start] = pointsOf(first, 'foresail.requests').map((point) => point.startTimeUnixNano);
  t.is(pointsOf(second, 'foresail.requests')[0]?.startTimeUnixNano, start, 'one start time');
  const [duration] = pointsOf(second, 'foresail.request.duration');
  t.deepEqual(duration?.bucketCounts?.map(Number), [40, 0]);
  t.deepEqual(duration?.explicitBounds, [0.005]);
  t.is(pointsOf(second, 'foresail.requests.inflight')[0]?.asDouble, 3);
  t.true((pointsOf(second, 'foresail.request.rate')[0]?.asDouble ?? 0) > 0);
  t.is(pointsOf(second, 'foresail.request.error_ratio')[0]?.asDouble, 0);
  const upper = pointsOf(second, 'foresail.request.latency').find(
    ({ attributes }) =>
      attributesOf(attributes).quantile === 0.95 && attributesOf(attributes).bound === 'upper',
  );
  t.is(upper?.asDouble, 0.006);
});

test('a proxy that fails leaves a gap, never a zero, and one that restarts does not turn a total back', async (t) => {
  const bodies = [
    'alive 1\ncame_total 100\nborn_seconds 10',
    'alive 1\ncame_total 150\nborn_seconds 10',
    undefined,
    undefined,
    'alive 1\ncame_total 7\nborn_seconds 99',
  ];
  let turn = 0;
  const collector = await receiver(() => ({ status: 200 }));
  const { stop, lines } = await sidecar(() => bodies[Math.min(turn++, bodies.length - 1)], [collector.url]);
  const exports = await collector.received(4);
  await stop();
  await collector.close();
  const totals = exports.slice(0, 4).map((one) => Number(pointsOf(one, 'foresail.requests')[0]?.asInt));
  t.deepEqual(totals, [0, 50, 57, 57]);
  t.is(Number(pointsOf(exports[2], 'foresail.sidecar.scrape.failures')[0]?.asInt), 2);
  const warnings = lines.filter((line) => line.startsWith('warn scrape:'));
  t.true(warnings.length >= 1);
  t.is(new Set(warnings).size, warnings.length, 'each said once');
  t.is(lines.filter((line) => line === 'info scrape: works').length, 1);
});

test('an endpoint that is down or hangs holds up no other, and gets what it missed in order', async (t) => {
  const hanging = await receiver(() => 'hang');
  const steady = await receiver(() => ({ status: 200 }));
  const gone = await receiver(() => ({ status: 200 }));
  await gone.close();
  const port = Number(new URL(gone.url).port);
  const { stop } = await sidecar(() => 'alive 1\ncame_total 1', [hanging.url, gone.url, steady.url], 200);
  await steady.received(3);
  const back = await receiver(() => ({ status: 200 }), port);
  const exports = await back.received(3);
  await stop();
  const stamps = exports.map((one) => BigInt(pointsOf(one, 'foresail.requests')[0]?.timeUnixNano ?? 0));
  t.deepEqual(
    stamps,
    [...stamps].sort((a, b) => (a < b ? -1 : 1)),
  );
  const [first] = pointsOf(steady.exports[0], 'foresail.requests');
  t.is(stamps[0], BigInt(first?.timeUnixNano ?? 1), 'from the very first');
  await Promise.all([hanging.close(), steady.close(), back.close()]);
});

test('429 with Retry-After: the same export comes again, not before its time', async (t) => {
  const times: number[] = [];
  const collector = await receiver((nth) => {
    times.push(performance.now());
    return nth === 1 ? { status: 429, retryAfter: '1' } : { status: 200 };
  });
  const { stop } = await sidecar(() => 'alive 1\ncame_total 1', [collector.url]);
  const [first] = await collector.received(1);
  await stop();
  await collector.close();
  t.true((times[1] ?? 0) - (times[0] ?? 0) >= 990);
  t.is(pointsOf(first, 'foresail.request.rate').length, 0, 'the first reading, which has no rate, was kept');
});

test('400 is final: that export is dropped and counted, and the next goes out', async (t) => {
  const collector = await receiver((nth) => ({ status: nth === 1 ? 400 : 200 }));
  const { stop } = await sidecar(() => 'alive 1\ncame_total 1', [collector.url]);
  const exports = await collector.received(3);
  await stop();
  await collector.close();
  t.is(pointsOf(exports[0], 'foresail.request.rate').length, 1);
  t.is(Number(pointsOf(exports.at(-1), 'foresail.sidecar.export.dropped')[0]?.asInt), 1);
});

test('a partial success is a success: nothing is sent again', async (t) => {
  const partial = '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"unknown signal"}}';
  const collector = await receiver(() => ({ status: 200, body: partial }));
  const { stop } = await sidecar(() => 'alive 1\ncame_total 1', [collector.url]);
  await collector.received(3);
  await stop();
  await collector.close();
  const stamps = collector.exports.map((one) => pointsOf(one, 'foresail.requests')[0]?.timeUnixNano);
  t.is(new Set(stamps).size, stamps.length);
});

test('a rotated token is used from the next export on', async (t) => {
  const collector = await receiver(() => ({ status: 200 }));
  const { stop, tokenFile } = await sidecar(() => 'alive 1\ncame_total 1', [collector.url]);
  await collector.received(1);
  writeFileSync(tokenFile, 'second-token');
  await delay(INTERVAL_MS);
  const before = collector.exports.length;
  const exports = await collector.received(before + 2);
  await stop();
  await collector.close();
  t.is(exports[0]?.authorization, 'Bearer first-token');
  t.is(exports.at(-1)?.authorization, 'Bearer second-token');
});

test('told to stop it scrapes and exports once more', async (t) => {
  let count = 0;
  const collector = await receiver(() => ({ status: 200 }));
  const { stop, lines } = await sidecar(() => `alive 1\ncame_total ${count}`, [collector.url]);
  await collector.received(1);
  count = 9;
  await stop();
  await collector.close();
  const last = collector.exports.at(-1);
  t.is(Number(pointsOf(last, 'foresail.requests')[0]?.asInt), 9, lines.join('; '));
  t.is(lines.at(-1), 'info stopped');
});
