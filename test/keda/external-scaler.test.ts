import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type Client, credentials, Metadata, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import test, { type ExecutionContext } from 'ava';
import { predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import { systemClock } from '../../controller/clock.ts';
import {
  createExternalScaler,
  type ExternalScaler,
  readCertificates,
} from '../../controller/keda/external-scaler.ts';
import {
  GetMetricsRequestSchema,
  ScaledObjectRefSchema,
} from '../../controller/keda/generated/external_scaler_pb.ts';
import { definition } from '../../controller/keda/messages.ts';
import type { Target } from '../../controller/policy/observation.ts';
import { createAuthority } from '../../controller/webhook/certificate.ts';
import { type Certificates, createCertificates } from '../rig/certificates.ts';
import { until } from '../rig/until.ts';

const spec = (name: string, kind = 'ExternalScaler') =>
  predictiveScalerSpec.parse({
    ...{ scaleTargetRef: { kind: 'Deployment', name }, maxReplicas: 20, mode: 'Automatic' },
    actuation: { kind },
  });
const scaler = (name: string, kind?: string) => ({
  ...{ namespace: 'shop', name, uid: `uid-${name}`, generation: 1, resourceVersion: '1' },
  spec: spec(name, kind),
});
const target = (replicas: number, more: Partial<Target> = {}): Target => ({
  ...{ replicas, ready: replicas, starting: 0, resourceVersion: '1', asker: 'web-so' },
  ...more,
});

function world() {
  const state = {
    leading: true,
    staleSeconds: 0,
    scalers: [scaler('web'), scaler('api', 'Scale')],
    targets: { web: target(7) } as Record<string, Target | undefined>,
    trouble: [] as string[],
  };
  const cluster = {
    staleSeconds: () => state.staleSeconds,
    scalers: () => state.scalers,
    target: ({ name }: { name: string }) => state.targets[name],
  };
  const leadership = { current: () => ({ leading: state.leading, epoch: 1, holder: 'a' }) };
  const address = { host: '127.0.0.1', port: 0 };
  return { state, parts: { cluster, leadership, clock: systemClock, address, certificates: undefined } };
}

async function start(t: ExecutionContext, more: { certificates?: string } = {}) {
  const { state, parts } = world();
  const served = createExternalScaler({
    ...{ ...parts, ...more },
    onTrouble: (_topic, message) => state.trouble.push(message),
  });
  t.teardown(() => served.close());
  served.lead(true);
  await until(() => served.port !== undefined);
  return { state, served };
}

const Asker = makeGenericClientConstructor(definition, 'ExternalScaler');

function asker(t: ExecutionContext, served: ExternalScaler, channel = credentials.createInsecure()) {
  const client = new Asker(`localhost:${served.port}`, channel);
  t.teardown(() => client.close());
  return client;
}

type Reply = { readonly code: number; readonly details: string; readonly value?: unknown };

/** One call with the ScaledObject and the metadata of its trigger. */
function ask(client: Client, method: string, name = 'web-so', metadata: object = { scaler: 'web' }) {
  const ref = create(ScaledObjectRefSchema, {
    ...{ name, namespace: 'shop', scalerMetadata: metadata as Record<string, string> },
  });
  const request =
    method === 'getMetrics'
      ? create(GetMetricsRequestSchema, { scaledObjectRef: ref, metricName: 'foresail-replicas' })
      : ref;
  const methods = client as unknown as Record<string, (...args: unknown[]) => void>;
  return new Promise<Reply>((resolve) => {
    methods[method]?.(
      request,
      new Metadata(),
      { deadline: Date.now() + 10_000 },
      (error: Reply | null, value: unknown) =>
        resolve(error ? { code: error.code, details: error.details } : { code: 0, details: '', value }),
    );
  });
}

test('the metric is the number of replicas with a target of 1 each, so the HPA asks for exactly it', async (t) => {
  const { served } = await start(t);
  const client = asker(t, served);
  const specs = (await ask(client, 'getMetricSpec')).value as { metricSpecs: object[] };
  t.like(specs.metricSpecs[0], { metricName: 'foresail-replicas', targetSize: 1n, targetSizeFloat: 1 });
  const values = (await ask(client, 'getMetrics')).value as { metricValues: object[] };
  t.like(values.metricValues[0], { metricName: 'foresail-replicas', metricValue: 7n, metricValueFloat: 7 });
  t.like((await ask(client, 'isActive')).value, { result: true });
});

test('what cannot be answered says who must change what', async (t) => {
  const { state, served } = await start(t);
  const client = asker(t, served);
  for (const [name, metadata, code, says] of [
    [
      'web-so',
      {},
      status.INVALID_ARGUMENT,
      /^metadata\.scaler of the external trigger of ScaledObject shop\/web-so must be the name/,
    ],
    [
      'web-so',
      { scaler: 'wbe' },
      status.NOT_FOUND,
      /must name a valid PredictiveScaler; wbe is none, there are api, web$/,
    ],
    [
      'web-so',
      { scaler: 'api' },
      status.FAILED_PRECONDITION,
      /actuation\.kind of PredictiveScaler shop\/api must be ExternalScaler.*is Scale$/,
    ],
    [
      'other',
      { scaler: 'web' },
      status.FAILED_PRECONDITION,
      /scaleTargetRef of ScaledObject shop\/other must be Deployment web.*web-so is the one/,
    ],
  ] as const) {
    const reply = await ask(client, 'getMetrics', name, metadata);
    t.is(reply.code, code, reply.details);
    t.regex(reply.details, says);
  }
  state.targets.web = undefined;
  t.regex((await ask(client, 'getMetrics')).details, /Deployment shop\/web must exist/);
  t.is(state.trouble.length, 5);
});

test('before KEDA has made its HPA the metric is described, but no number is given', async (t) => {
  const { state, served } = await start(t);
  const client = asker(t, served);
  const { asker: _none, ...alone } = target(7);
  state.targets.web = alone;
  t.is((await ask(client, 'getMetricSpec')).code, status.OK);
  t.is((await ask(client, 'getMetrics')).code, status.FAILED_PRECONDITION);
});

test('an old view of the cluster, or lost leadership, gives no number', async (t) => {
  const { state, served } = await start(t);
  const client = asker(t, served);
  state.staleSeconds = 61;
  t.is((await ask(client, 'getMetrics')).code, status.UNAVAILABLE);
  state.staleSeconds = Number.POSITIVE_INFINITY;
  t.is((await ask(client, 'getMetrics')).code, status.UNAVAILABLE);
  state.staleSeconds = 0;
  state.leading = false;
  t.is((await ask(client, 'getMetrics')).code, status.UNAVAILABLE);
});

test('only the leader listens, and loses its connections with its lead', async (t) => {
  const { served } = await start(t);
  const port = served.port ?? 0;
  const client = asker(t, served);
  t.is((await ask(client, 'getMetrics')).code, status.OK);
  served.lead(false);
  await until(() => served.port === undefined);
  const refused = connect(port, '127.0.0.1');
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  t.is(error.code, 'ECONNREFUSED');
  served.lead(true);
  await until(() => served.port !== undefined);
  t.is((await ask(asker(t, served), 'getMetrics')).code, status.OK);
});

test('a push trigger is told at once whether there is something to run', async (t) => {
  const { state, served } = await start(t);
  state.targets.web = target(0);
  const methods = asker(t, served) as unknown as Record<string, (ref: object) => NodeJS.ReadableStream>;
  const ref = create(ScaledObjectRefSchema, {
    name: 'web-so',
    namespace: 'shop',
    scalerMetadata: { scaler: 'web' },
  });
  const stream = methods.streamIsActive?.(ref);
  if (!stream) return t.fail();
  const told: unknown[] = [];
  stream.on('data', ({ result }) => told.push(result)).on('error', () => undefined);
  await until(() => told.length === 1);
  state.targets.web = target(3);
  await until(() => told.length === 2, 20_000);
  t.deepEqual(told, [false, true]);
});

test('a request above its limit is refused, and the next is served', async (t) => {
  const { served } = await start(t);
  const client = asker(t, served);
  const large = await ask(client, 'getMetrics', 'web-so', { scaler: 'web', filler: 'x'.repeat(70_000) });
  t.is(large.code, status.RESOURCE_EXHAUSTED);
  t.is((await ask(client, 'getMetrics')).code, status.OK);
});

test('bytes that are not HTTP/2 end their connection and nothing else', async (t) => {
  const { served } = await start(t);
  const socket = connect(served.port ?? 0, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  t.is((await ask(asker(t, served), 'getMetrics')).code, status.OK);
});

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-keda-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('with ca.crt only who shows a certificate of it is answered, and a new certificate is taken up', async (t) => {
  const folder = folderFor(t);
  const made = await Promise.all(['first', 'second'].map((name) => createCertificates(join(folder, name))));
  const [first, second] = made;
  if (!first || !second) return t.fail();
  const show = ({ ca, server }: Certificates) => {
    copyFileSync(server.certificate, join(folder, 'tls.crt'));
    copyFileSync(server.key, join(folder, 'tls.key'));
    copyFileSync(ca.certificate, join(folder, 'ca.crt'));
  };
  show(first);
  const { served } = await start(t, { certificates: folder });
  const known = ({ ca, clients: { admin } }: Certificates) =>
    credentials.createSsl(
      readFileSync(ca.certificate),
      readFileSync(admin.key),
      readFileSync(admin.certificate),
    );
  t.is((await ask(asker(t, served, known(first)), 'getMetrics')).code, status.OK);
  const nameless = credentials.createSsl(readFileSync(first.ca.certificate));
  t.is((await ask(asker(t, served, nameless), 'getMetrics')).code, status.UNAVAILABLE);
  show(second);
  const renewed = async () => (await ask(asker(t, served, known(second)), 'getMetrics')).code === status.OK;
  await until(renewed, 20_000, 500);
  t.is((await ask(asker(t, served, known(first)), 'getMetrics')).code, status.UNAVAILABLE);
});

test('a key that is not of the certificate is refused with what must be', (t) => {
  const folder = folderFor(t);
  t.throws(() => readCertificates(folder), { message: /tls\.crt must be readable \(ENOENT\)/ });
  const [one, other] = ['one', 'other'].map((name) => createAuthority(name, Date.now(), 3_600_000));
  writeFileSync(join(folder, 'tls.crt'), one?.certificate ?? '');
  writeFileSync(join(folder, 'tls.key'), other?.key ?? '');
  t.throws(() => readCertificates(folder), {
    message: /tls\.key must be the key of the certificate in tls\.crt/,
  });
});
