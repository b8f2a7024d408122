import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { IdentityCache } from '../../controller/ingest/identity-cache.ts';
import { TokenIdentifier } from '../../controller/kube/identity.ts';
import { RecordingConnection } from '../kube/recording-connection.ts';

const AUDIENCE = 'foresail.dev/otlp';
const web = { namespace: 'shop', kind: 'Deployment', name: 'web' };
const pod = {
  ...{ uid: 'p-1', name: 'web-1', namespace: 'shop', owner: undefined, createdMs: 0 },
  ...{ ready: true, terminating: false, finished: false },
};

/** The receiver's memory ends with the token; a second memory behind it went on for a minute. */
test('a token that has expired is reviewed again, and refused', async (t) => {
  const clock = new VirtualClock(1_800_000_000_000);
  const connection = new RecordingConnection();
  const index = { pod: () => pod, workloadOf: () => web };
  const identities = new IdentityCache({ identifier: new TokenIdentifier({ connection, index }), clock });
  const claims = Buffer.from(JSON.stringify({ exp: clock.wallMs() / 1000 + 30 })).toString('base64url');
  const token = `e30.${claims}.sig`;
  const extra = {
    'authentication.kubernetes.io/pod-name': ['web-1'],
    'authentication.kubernetes.io/pod-uid': ['p-1'],
  };
  connection.answer = () => ({
    status: 201,
    body: { status: { authenticated: true, audiences: [AUDIENCE], user: { extra } } },
  });
  t.is((await identities.identify(token)).kind, 'pod');
  clock.advance(29_000);
  t.is((await identities.identify(token)).kind, 'pod');
  t.is(connection.calls.length, 1);
  connection.answer = () => ({ status: 201, body: { status: { authenticated: false, error: 'expired' } } });
  clock.advance(2_000);
  t.like(await identities.identify(token), { kind: 'refused', reason: 'TokenRefused' });
});
