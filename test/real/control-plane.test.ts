import { setTimeout as sleep } from 'node:timers/promises';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';

const rig = useRig({ name: 'control-plane' });

const STARTUP_SECONDS = 5;

realTest('the API server is ready and says its version', async (t) => {
  const ready = await rig().kubectl(['get', '--raw', '/readyz']);
  t.is(ready.stdout, 'ok');
  const version = await rig().kubectl(['version', '-o', 'json']);
  t.is(JSON.parse(version.stdout).serverVersion.gitVersion, 'v1.37.2');
});

realTest('pods of a Deployment are Ready after their start-up time, not before', async (t) => {
  const startedMs = performance.now();
  await rig().apply(sampleWorkload({ name: 'shop', replicas: 3, startupSeconds: STARTUP_SECONDS }));
  const rollout = await rig().kubectl(['rollout', 'status', 'deployment/shop', '--timeout=30s']);
  const tookSeconds = (performance.now() - startedMs) / 1000;
  t.is(rollout.code, 0, rollout.stderr);
  t.true(tookSeconds >= STARTUP_SECONDS, `took ${tookSeconds} s`);
  t.true(tookSeconds < STARTUP_SECONDS + 4, `took ${tookSeconds} s`);
});

realTest('a pod that never becomes Ready, and one in a crash loop, are not available', async (t) => {
  await rig().apply(
    sampleWorkload({ name: 'stuck', replicas: 1, startupSeconds: 1, behaviour: 'never-ready' }),
  );
  await rig().apply(
    sampleWorkload({ name: 'crashing', replicas: 1, startupSeconds: 1, behaviour: 'crash-loop' }),
  );
  const restarted = await rig().kubectl([
    ...['wait', 'pod', '-l', 'app=crashing', '--timeout=40s'],
    '--for=jsonpath={.status.containerStatuses[0].restartCount}=2',
  ]);
  t.is(restarted.code, 0, restarted.stderr);
  const available = '-o=jsonpath={.items[*].status.availableReplicas}';
  const stuck = await rig().kubectl(['get', 'deployment', 'stuck', 'crashing', available]);
  t.is(stuck.stdout.trim(), '');
});

realTest('a token is good for its own audience and for no other', async (t) => {
  await rig().apply(['apiVersion: v1', 'kind: ServiceAccount', 'metadata: {name: caller}', ''].join('\n'));
  const request = { namespace: 'default', serviceAccount: 'caller', audience: 'foresail' };
  const token = await rig().token(request);
  t.true((await review(token, 'foresail')).authenticated);
  t.falsy((await review(token, 'somebody-else')).authenticated);
  const expired = await review(await rig().token({ ...request, expirationSeconds: -60 }), 'foresail');
  t.falsy(expired.authenticated);
  t.regex(expired.error ?? '', /expired/);
  const short = await review(await rig().token({ ...request, expirationSeconds: 30 }), 'foresail');
  t.true(short.authenticated);
});

realTest('a pod-bound token names its pod, and is refused once the pod is gone', async (t) => {
  const list = await rig().kubectl(['get', 'pods', '-l', 'app=stuck', '-o', 'json']);
  const [pod] = JSON.parse(list.stdout).items as { metadata: { name: string; uid: string } }[];
  const { name = '', uid = '' } = pod?.metadata ?? {};
  const token = await rig().token({
    namespace: 'default',
    serviceAccount: 'default',
    audience: 'foresail',
    pod: { name, uid },
  });
  const reviewed = await review(token, 'foresail');
  t.deepEqual(reviewed.user?.extra?.['authentication.kubernetes.io/pod-uid'], [uid]);
  await rig().kubectl(['delete', 'deployment', 'stuck', 'crashing', '--wait']);
  await rig().kubectl(['wait', `pod/${name}`, '--for=delete', '--timeout=20s']);
  // The API server remembers a good token for 10 s.
  await until(async () => (await review(token, 'foresail')).authenticated !== true, 20_000);
  t.pass();
});

realTest('a service account may do what RBAC says, and nothing else', async (t) => {
  const kubeconfig = await rig().serviceAccountKubeconfig('default', 'caller');
  const asCaller = ['--kubeconfig', kubeconfig];
  const refused = await rig().kubectl([...asCaller, 'scale', 'deployment/shop', '--replicas=9']);
  t.regex(refused.stderr, /forbidden.*system:serviceaccount:default:caller/i);
  await rig().kubectl([
    'create',
    'rolebinding',
    'caller',
    '--clusterrole=edit',
    '--serviceaccount=default:caller',
  ]);
  const scaled = await rig().kubectl([...asCaller, 'scale', 'deployment/shop', '--replicas=4']);
  t.is(scaled.code, 0, scaled.stderr);
});

realTest('the audit log has who scaled what to how many, and when', async (t) => {
  const writes = (await rig().audit()).filter(
    ({ subresource, name, verb }) => subresource === 'scale' && name === 'shop' && verb === 'patch',
  );
  t.deepEqual(
    writes.map(({ user, responseStatus }) => [user, responseStatus.code]),
    [['system:serviceaccount:default:caller', 200]],
  );
  t.like(writes.at(-1)?.requestObject, { spec: { replicas: 4 } });
  t.true(Math.abs(Date.now() - Date.parse(writes.at(-1)?.stageTimestamp ?? '')) < 60_000);
});

realTest('the API server comes back from kill -9 with its data, and pods stay Ready', async (t) => {
  await rig().kubectl(['rollout', 'status', 'deployment/shop', '--timeout=30s']);
  await rig().apiserver.kill('SIGKILL');
  t.not((await rig().kubectl(['get', 'pods', '--request-timeout=2s'])).code, 0);
  await sleep(3000);
  await rig().apiserver.start();
  const ready = '-o=jsonpath={.status.readyReplicas}';
  t.is((await rig().kubectl(['get', 'deployment', 'shop', ready])).stdout, '4');
  // All controllers are back when a change is carried out again.
  await rig().kubectl(['scale', 'deployment/shop', '--replicas=2']);
  const rollout = await rig().kubectl([
    ...['wait', 'deployment/shop', '--for=jsonpath={.status.readyReplicas}=2', '--timeout=60s'],
  ]);
  t.is(rollout.code, 0, rollout.stderr);
});

type Review = {
  readonly authenticated?: boolean;
  readonly error?: string;
  readonly user?: { readonly extra?: Readonly<Record<string, readonly string[]>> };
};

async function review(token: string, audience: string): Promise<Review> {
  const { body } = await rig().api.request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, audiences: [audience] },
  });
  return (body as { readonly status: Review }).status;
}
