import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type InstalledForesail, installForesail } from '../rig/foresail.ts';
import { type Keda, startKeda } from '../rig/keda.ts';
import { DEPLOY, scalerManifest } from '../rig/manifests.ts';
import { freePorts } from '../rig/ports.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';
import { scaleWrites } from './scale-writes.ts';

/*
 * The real KEDA asks the real Foresail, and the HPA controller of a real controller manager does what comes of it. No
 * telemetry comes in, so the numbers follow minReplicas and maxReplicas of the scaler.
 */

const NAMESPACE = 'shop';
const EXAMPLE = readFileSync(join(DEPLOY, 'examples', 'keda.yaml'), 'utf8');
const SERVICE = 'foresail-external-scaler.foresail.svc:9444';

let foresail: InstalledForesail | undefined;
let keda: Keda | undefined;
let address = '';

const rig = useRig(
  { name: 'keda', controllerManagerFlags: ['--horizontal-pod-autoscaler-sync-period=3s'] },
  async (rig) => {
    await rig.kubectl(['create', 'namespace', NAMESPACE]);
    for (const name of ['shop', 'queue', 'lost']) {
      await rig.apply(sampleWorkload({ namespace: NAMESPACE, name, replicas: 3, startupSeconds: 1 }));
    }
    keda = await startKeda(rig);
    const [port = 0] = await freePorts(1);
    address = `localhost:${port}`;
    foresail = await installForesail(rig, {
      ...{ stepSeconds: 5, names: ['foresail-0'] },
      args: ['--external-scaler-listen', `127.0.0.1:${port}`],
    });
    await rig.apply(join(DEPLOY, 'keda'));
    await rig.kubectl(['scale', 'statefulset/foresail', '-n', 'foresail', '--replicas=0']);
  },
);

const get = async (what: string, path: string) =>
  (await rig().kubectl(['get', ...what.split(' '), '-n', NAMESPACE, `-o=jsonpath={${path}}`])).stdout;
const replicasOf = (name: string) => get(`deployment ${name}`, '.spec.replicas');
const condition = (what: string, type: string, field: string) =>
  get(what, `.status.conditions[?(@.type=="${type}")].${field}`);
const become = async (name: string, replicas: number) =>
  until(async () => (await replicasOf(name)) === String(replicas), 60_000);

async function scaler(name: string, spec: object): Promise<void> {
  const scaleTargetRef = { kind: 'Deployment', name };
  const all = { scaleTargetRef, maxReplicas: 30, mode: 'Automatic', ...spec };
  await rig().apply(scalerManifest(NAMESPACE, name, all));
}

/** The example's ScaledObject for another workload. */
async function scaledObject(name: string, change: (yaml: string) => string = (yaml) => yaml): Promise<void> {
  const [, example = ''] = EXAMPLE.split('\n---\n');
  const named = example.replace(`scaler: shop`, `scaler: ${name}`).replaceAll('name: shop', `name: ${name}`);
  await rig().apply(change(named.replace(SERVICE, address)));
}

const asked = { actuation: { kind: 'ExternalScaler' } };

realTest(
  'the example as it is written: in mode Shadow KEDA is told what is there, and nothing moves',
  async (t) => {
    await rig().apply(EXAMPLE.replace(SERVICE, address).replace('mode: Automatic', 'mode: Shadow'));
    await until(
      async () => (await condition('hpa keda-hpa-shop', 'ScalingActive', 'status')) === 'True',
      60_000,
    );
    await scaler('shop', { ...asked, mode: 'Shadow', minReplicas: 7 });
    await until(
      async () => (await condition('pscaler shop', 'ScalingActive', 'reason')) === 'ShadowMode',
      30_000,
    );
    await sleep(10_000);
    t.is(await replicasOf('shop'), '3');
    await rig().kubectl(['scale', 'deployment/shop', '-n', NAMESPACE, '--replicas=5']);
    await sleep(10_000);
    t.is(await replicasOf('shop'), '5', 'what a person sets stands');
  },
);

realTest('every number is followed exactly, one replica of twenty-one as well', async (t) => {
  for (const replicas of [7, 20, 21, 22, 30]) {
    await scaler('shop', { ...asked, minReplicas: replicas });
    await become('shop', replicas);
  }
  for (const replicas of [29, 12, 11]) {
    await scaler('shop', { ...asked, maxReplicas: replicas });
    await become('shop', replicas);
  }
  await until(async () => (await condition('pscaler shop', 'SoleWriter', 'status')) === 'True', 30_000);
  t.deepEqual(await scaleWrites(rig(), NAMESPACE, 'shop'), [], 'Foresail itself writes nothing');
});

realTest('without its tolerance of 0 the HPA does not follow a step of less than 10 %', async (t) => {
  const without = (yaml: string) => yaml.replaceAll('          tolerance: "0"\n', '');
  await scaler('shop', { ...asked, minReplicas: 20, maxReplicas: 20 });
  await become('shop', 20);
  await scaledObject('shop', without);
  await until(
    async () => (await get('hpa keda-hpa-shop', '.spec.behavior.scaleUp.tolerance')) === '',
    30_000,
  );
  await scaler('shop', { ...asked, minReplicas: 21, maxReplicas: 21 });
  await sleep(12_000);
  t.is(await replicasOf('shop'), '20');
  await scaler('shop', { ...asked, minReplicas: 23, maxReplicas: 23 });
  await become('shop', 23);
  await scaledObject('shop');
});

realTest(
  'with Foresail gone KEDA keeps what is there, and Foresail takes up from it',
  async (t) => {
    const [controller] = foresail?.controllers ?? [];
    if (!controller) return t.fail();
    await controller.part.kill();
    await until(
      async () =>
        (await condition('hpa keda-hpa-shop', 'ScalingActive', 'reason')) === 'FailedGetExternalMetric',
      60_000,
    );
    await sleep(15_000);
    t.is(await replicasOf('shop'), '23', 'the HPA holds');
    await rig().kubectl(['scale', 'deployment/shop', '-n', NAMESPACE, '--replicas=9']);
    await sleep(8_000);
    t.is(await replicasOf('shop'), '9', 'and so does what a person sets meanwhile');
    await controller.part.start();
    await become('shop', 23);
  },
  { timeoutMs: 240_000 },
);

realTest('a wrong name is said where an operator looks, and nothing moves', async (t) => {
  await scaler('lost', asked);
  await scaledObject('lost', (yaml) => yaml.replace('scaler: lost', 'scaler: lots'));
  await until(async () => (await condition('so lost', 'Ready', 'status')) === 'False', 60_000);
  const log = readFileSync(keda?.operator.logFile ?? '', 'utf8');
  const says = /must name a valid PredictiveScaler; lots is none, there are lost, shop/;
  t.regex(log, says);
  const ours = readFileSync(foresail?.controllers[0]?.part.logFile ?? '', 'utf8');
  t.regex(ours, /KEDA asked for ScaledObject shop\/lost: metadata\.scaler/);
  t.log(await condition('so lost', 'Ready', 'message'));
  t.log(await get('events.events.k8s.io', '.items[*].note'));
  t.is(await replicasOf('lost'), '3');
  await rig().kubectl(['delete', 'so', 'lost', '-n', NAMESPACE]);
});

realTest(
  'minReplicaCount of a ScaledObject is a floor, KEDA scales to it, and it is put back',
  async (t) => {
    const cron =
      'type: cron\n      metadata: { timezone: UTC, start: 0 0 1 1 *, end: 1 0 1 1 *, desiredReplicas: "1" }';
    await scaledObject('queue', (yaml) =>
      yaml.replace(/type: external\n {6}metadata:\n {8}scalerAddress.*\n {8}scaler.*/, cron),
    );
    const actuation = { kind: 'ScaledObject' };
    await scaler('queue', { actuation, minReplicas: 6 });
    const said = () => condition('pscaler queue', 'Ready', 'message');
    const grant = /kubectl (create rolebinding foresail-scaled-object -n shop [^ ]+ [^ )]+)/;
    await until(async () => grant.test(await said()), 90_000);
    const [, command = ''] = grant.exec(await said()) ?? [];
    t.is((await rig().kubectl(command.split(' '))).code, 0);
    await until(async () => (await get('so queue', '.spec.minReplicaCount')) === '6', 60_000);
    await become('queue', 6);
    t.is(await get('so queue', '.metadata.annotations.foresail\\.dev/replicas-before'), '2..30');
    await scaler('queue', { actuation, minReplicas: 8 });
    await become('queue', 8);
    t.deepEqual(await scaleWrites(rig(), NAMESPACE, 'queue'), [], 'Foresail itself scales nothing');
    await rig().kubectl(['delete', 'pscaler', 'queue', '-n', NAMESPACE]);
    await until(async () => (await get('so queue', '.spec.minReplicaCount')) === '2', 60_000);
    t.is(await get('so queue', '.metadata.annotations'), '');
  },
  { timeoutMs: 240_000 },
);
