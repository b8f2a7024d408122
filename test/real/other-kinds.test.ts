import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../controller/clock.ts';
import { createConnection } from '../../controller/kube/connection.ts';
import { createKubeCluster, type Kube } from '../../controller/kube/kube.ts';
import { loadKubeconfig } from '../../controller/kube/kubeconfig.ts';
import { applyScale } from '../../controller/kube/scale.ts';
import { DEPLOY, installManifests, scalerManifest } from '../rig/manifests.ts';
import { rolloutCrd } from '../rig/rollout-crd.ts';
import { until } from '../rig/until.ts';
import { defineTargets } from './hpa/target.ts';
import { realTest, useRig } from './real-test.ts';
import { scaleWrites } from './scale-writes.ts';

const NAMESPACE = 'kinds';
const GRANT = readFileSync(join(DEPLOY, 'examples', 'scale-rollouts.yaml'), 'utf8');
const failures: string[] = [];
let kube: Kube | undefined;

const rig = useRig({ name: 'other-kinds' }, async (rig) => {
  await installManifests(rig);
  await defineTargets(rig);
  await rig.apply(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"${NAMESPACE}"}}\n`);
});

async function started(): Promise<Kube> {
  if (kube) return kube;
  kube = createKubeCluster({
    kubeconfig: await rig().serviceAccountKubeconfig('foresail', 'foresail'),
    ...{ clock: systemClock, random: systemRandom, instance: 'foresail-0' },
    onFailure: (what, error) => failures.push(`${what}: ${error.message}`),
  });
  kube.start();
  rig().onStop(async () => kube?.stop());
  const { leadership, synced } = kube;
  await until(() => synced() && leadership.current().leading);
  return kube;
}

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

const statefulSet = { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' };
const target = { apiVersion: 'rig.foresail.dev/v1', kind: 'Target', plural: 'targets' };
const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', plural: 'rollouts' };

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'app', image: 'rig.invalid/app' }] },
};

async function create({ apiVersion, kind }: Kind): Promise<void> {
  const spec = { replicas: 2, serviceName: 'web', selector: { matchLabels: { app: 'web' } }, template };
  const metadata = { name: 'web', namespace: NAMESPACE };
  const { serviceName, ...withoutService } = spec;
  const own = kind === 'StatefulSet' ? { ...withoutService, serviceName } : withoutService;
  await rig().apply(`${JSON.stringify({ apiVersion, kind, metadata, spec: own })}\n`);
  const scaler = { scaleTargetRef: { apiVersion, kind, name: 'web' }, maxReplicas: 6, mode: 'Automatic' };
  await rig().apply(scalerManifest(NAMESPACE, kind.toLowerCase(), scaler));
}

/** The kind named is scaled through its scale, and a write of an earlier epoch or beyond the bounds is refused there. */
function scales(of: Kind, grant?: string): void {
  realTest(`a ${of.kind} is scaled through its scale, fenced by epoch and held to its bounds`, async (t) => {
    const { cluster, leadership } = await started();
    if (of.kind === 'Rollout') {
      const crd = await rolloutCrd();
      if (crd === undefined) {
        t.log('SKIPPED: the Go module of Argo Rollouts is not there');
        return t.pass();
      }
      await rig().apply(crd);
      const established = ['wait', 'crd/rollouts.argoproj.io', '--for=condition=Established'];
      await until(async () => (await rig().kubectl(established)).code === 0);
      await until(async () => (await rig().kubectl(['get', 'rollouts', '-n', NAMESPACE])).code === 0);
    }
    await create(of);
    const workload = { namespace: NAMESPACE, kind: of.kind, name: 'web' };
    if (grant !== undefined) {
      const told = () => failures.find((text) => text.includes(`get and patch of ${of.plural}/scale`));
      await until(() => told() !== undefined);
      t.is(cluster.target(workload), undefined);
      await rig().apply(grant);
    }
    await until(() => cluster.target(workload)?.replicas === 2);
    const scaler = cluster.scalers().find(({ spec }) => spec.scaleTargetRef.kind === of.kind);
    if (scaler === undefined) throw new Error('the scaler must be known');
    const { epoch, holder } = leadership.current();
    const why = { reason: 'ForecastDemand', message: 'test' } as const;
    t.deepEqual(await cluster.scale({ scaler, replicas: 4, epoch, ...why }), {
      kind: 'written',
      replicas: 4,
    });
    const stored = '-o=jsonpath={.spec.replicas}';
    const got = await rig().kubectl(['get', of.plural, 'web', '-n', NAMESPACE, stored]);
    t.is(got.stdout, '4');
    t.like(await cluster.scale({ scaler, replicas: 5, epoch: epoch - 1, ...why }), {
      kind: 'refused',
      reason: 'FencedOut',
    });
    t.regex(await beyondBounds(of, epoch, holder), /replicas must be <= maxReplicas \(6\)/);
    t.is((await rig().kubectl(['get', of.plural, 'web', '-n', NAMESPACE, stored])).stdout, '4');
    const writes = await scaleWrites(rig(), NAMESPACE, 'web');
    t.true(writes.every(({ manager }) => /^foresail\/\d+\//.test(manager)));
  });
}

/** What the API server says to the leader's own process when that is out of its mind. */
async function beyondBounds(of: Kind, epoch: number, holder: string): Promise<string> {
  const kubeconfig = await rig().serviceAccountKubeconfig('foresail', 'foresail');
  const connection = createConnection(loadKubeconfig({ path: kubeconfig }), systemClock);
  const uid = await rig().kubectl(['get', of.plural, 'web', '-n', NAMESPACE, '-o=jsonpath={.metadata.uid}']);
  const path = `/apis/${of.apiVersion}/namespaces/${NAMESPACE}/${of.plural}/web/scale`;
  const reply = await applyScale(connection, {
    workload: { namespace: NAMESPACE, kind: of.kind, name: 'web' },
    ...(of === statefulSet ? {} : { path }),
    ...{ uid: uid.stdout, replicas: 9, epoch, holder },
  });
  connection.close();
  return 'message' in reply ? reply.message : JSON.stringify(reply);
}

scales(statefulSet);
scales(target, GRANT.replaceAll('rollouts', 'targets').replace('argoproj.io', 'rig.foresail.dev'));
scales(rollout, GRANT);

realTest('pods of another kind are its own by their controller references', async (t) => {
  const { cluster } = await started();
  const got = await rig().kubectl(['get', 'targets', 'web', '-n', NAMESPACE, '-o', 'json']);
  const { uid } = (JSON.parse(got.stdout) as { metadata: { uid: string } }).metadata;
  const owner = { apiVersion: target.apiVersion, kind: 'Target', name: 'web', uid, controller: true };
  const metadata = { name: 'web-a', namespace: NAMESPACE, ownerReferences: [owner] };
  await rig().apply(`${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec })}\n`);
  await until(() => cluster.target({ namespace: NAMESPACE, kind: 'Target', name: 'web' })?.ready === 1);
  t.pass();
});
