import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { VirtualClock } from '../../controller/clock.ts';
import { injectSidecar } from '../../controller/inject/inject.ts';
import { createAuthority } from '../../controller/webhook/certificate.ts';
import { createWebhookMetrics } from '../../controller/webhook/metrics.ts';
import { answerReview } from '../../controller/webhook/review.ts';
import { startWebhook } from '../../controller/webhook/webhook.ts';
import { candidateOf, cases, terms } from '../inject/pods.ts';

interface Answer {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch?: string;
  readonly auditAnnotations: { readonly outcome: string };
}

function review(object: unknown, namespace = 'shop'): object {
  const request = { uid: 'u1', namespace, operation: 'CREATE', object };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request };
}

function answered(body: unknown, label?: string): Answer {
  const reviewed = answerReview(body, label, terms);
  if (!reviewed) throw new Error('not taken for a review');
  return (reviewed.body as { response: Answer }).response;
}

for (const case_ of cases) {
  test(`the webhook does what the function does: ${case_.name}`, (t) => {
    const candidate = candidateOf(case_);
    const answer = answered(review(candidate.pod), candidate.namespace.inject);
    const injection = injectSidecar(candidate, terms);
    t.true(answer.allowed);
    t.is(answer.uid, 'u1');
    t.is(answer.auditAnnotations.outcome, case_.skipped ?? 'Injected');
    const patch = answer.patch && JSON.parse(Buffer.from(answer.patch, 'base64').toString());
    t.deepEqual(patch, injection.kind === 'patch' ? JSON.parse(JSON.stringify(injection.patch)) : undefined);
  });
}

test('whatever the pod is, it is allowed', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (object) => {
      const answer = answered(review(object), 'enabled');
      t.true(answer.allowed);
      t.is(answer.patch, undefined);
    }),
  );
  t.is(answered(review(null), 'enabled').auditAnnotations.outcome, 'PodUnreadable');
});

test('what is no review of version 1 has no answer', (t) => {
  const good = review({}) as Record<string, unknown>;
  for (const bad of [
    null,
    'x',
    {},
    { ...good, apiVersion: 'admission.k8s.io/v1beta1' },
    { ...good, request: {} },
  ]) {
    t.is(answerReview(bad, 'enabled', terms), undefined);
  }
});

const NAME = 'foresail-webhook.foresail.svc';
const START_MS = Date.now();

async function start(t: ExecutionContext, lifeSeconds = 3600) {
  const clock = new VirtualClock(START_MS);
  const folder = mkdtempSync(join(tmpdir(), 'foresail-'));
  const authority = createAuthority(NAME, START_MS, 86_400_000);
  writeFileSync(join(folder, 'ca.crt'), authority.certificate);
  writeFileSync(join(folder, 'ca.key'), authority.key);
  const metrics = createWebhookMetrics();
  const errors: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    error: (_: object, message: string) => void errors.push(message),
  };
  const webhook = await startWebhook({
    ...{ terms, metrics, log, address: { host: '127.0.0.1', port: 0 } },
    serving: { folder, dnsName: NAME, lifeSeconds, clock },
  });
  t.teardown(() => webhook.stop());
  return {
    ...{ webhook, clock, metrics, errors, folder },
    ca: authority.certificate,
    post: poster(webhook.port, authority.certificate),
  };
}

interface Reply {
  readonly status: number;
  readonly body: { readonly response?: Answer; readonly error?: string };
  readonly serial: string;
}

/** As the API server calls: by the Service's name, and trusting the authority of the configuration alone. */
function poster(port: number, ca: string) {
  return (path: string, body: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request(
        { host: '127.0.0.1', port, path, method: 'POST', headers, ca, servername: NAME, agent: false },
        (response) => {
          const serial = (response.socket as TLSSocket).getPeerCertificate().serialNumber;
          let text = '';
          response.setEncoding('utf8').on('data', (piece: string) => {
            text += piece;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), serial }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
}

const plain = JSON.stringify(review({ spec: { containers: [{ name: 'app', image: 'app' }] } }));

test('over TLS, the path says what label the namespace has', async (t) => {
  const { post, metrics } = await start(t);
  t.is((await post('/inject/namespace', plain)).body.response?.auditAnnotations.outcome, 'Injected');
  t.is((await post('/inject/pod', plain)).body.response?.auditAnnotations.outcome, 'InjectionNotAsked');
  const text = await metrics.registry.metrics();
  t.regex(text, /foresail_injection_reviews_total\{outcome="Injected"\} 1/);
  t.regex(text, /foresail_injection_reviews_total\{outcome="InjectionNotAsked"\} 1/);
  t.true(text.includes(`foresail_webhook_certificate_expiry_timestamp_seconds ${START_MS / 1000 + 3600}`));
});

test('junk, another path and a body too large are refused, counted, and told nothing', async (t) => {
  const { post, metrics } = await start(t);
  t.is((await post('/inject/pod', 'junk')).status, 400);
  t.is((await post('/inject/pod', '{}')).status, 400);
  t.is((await post('/other', plain)).status, 404);
  const large = await post('/inject/pod', ' '.repeat(4 << 20)).catch((error: NodeJS.ErrnoException) => error);
  t.true('status' in large ? large.status === 413 : /ECONNRESET|EPIPE/.test(large.code ?? ''));
  t.regex(await metrics.registry.metrics(), /foresail_injection_refused_total 3/);
});

test('certificates are replaced while reviews go on, and all are trusted', async (t) => {
  const { post, clock } = await start(t, 40);
  const serials = new Set<string>();
  for (let second = 0; second < 120; second += 10) {
    const { status, serial } = await post('/inject/namespace', plain);
    t.is(status, 200);
    serials.add(serial);
    clock.advance(10_000);
    await new Promise(setImmediate);
  }
  t.true(serials.size >= 5, `${serials.size} certificates in 120 s at a life of 40 s`);
});

test('an authority that cannot be read is said, and the last certificate is shown on', async (t) => {
  const { post, clock, errors, folder } = await start(t, 40);
  writeFileSync(join(folder, 'ca.key'), 'none');
  clock.advance(10_000);
  await new Promise(setImmediate);
  t.deepEqual(errors, ['there is no newer certificate: the last one is shown on']);
  t.is((await post('/inject/namespace', plain)).status, 200);
});
