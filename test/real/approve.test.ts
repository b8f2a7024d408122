import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../../controller/clock.ts';
import { KubeCluster } from '../../controller/kube/cluster.ts';
import { createConnection } from '../../controller/kube/connection.ts';
import { loadKubeconfig } from '../../controller/kube/kubeconfig.ts';
import { installManifests, scalerManifest } from '../rig/manifests.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';

const NAMESPACE = 'held';
const FORESAIL = join(import.meta.dirname, '..', '..', 'bin', 'foresail.js');
const CONTROLLER = 'system:serviceaccount:foresail:foresail';
const nameOf = (account: string) => `system:serviceaccount:${NAMESPACE}:${account}`;

const rig = useRig({ name: 'approve' }, async (rig) => {
  await installManifests(rig);
  await rig.apply(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"${NAMESPACE}"}}\n`);
  await rig.apply(sampleWorkload({ namespace: NAMESPACE, name: 'web', replicas: 2, startupSeconds: 1 }));
  const scaleTargetRef = { kind: 'Deployment', name: 'web' };
  await rig.apply(scalerManifest(NAMESPACE, 'web', { scaleTargetRef, maxReplicas: 90 }));
  for (const account of ['ann', 'eve']) await must(['create', 'serviceaccount', account, '-n', NAMESPACE]);
  await must([
    ...['create', 'rolebinding', 'ann', '-n', NAMESPACE],
    ...['--clusterrole=foresail-approve', `--serviceaccount=${NAMESPACE}:ann`],
  ]);
});

async function must(args: readonly string[]): Promise<string> {
  const done = await rig().kubectl(args);
  if (done.code !== 0) throw new Error(done.stderr);
  return done.stdout;
}

/** What the controller publishes when it holds a plan. */
async function hold(hash: string): Promise<void> {
  const expires = new Date(Date.now() + 600_000).toISOString();
  const status = { heldPlan: { hash, from: 2, to: 80, expires }, leadSeconds: 1 };
  await must([
    ...['patch', 'predictivescaler', 'web', '-n', NAMESPACE, '--subresource=status', '--type=merge'],
    ...['-p', JSON.stringify({ status })],
  ]);
}

/** The command as this service account runs it. */
async function approve(account: string, ...args: string[]) {
  const kubeconfig = await rig().serviceAccountKubeconfig(NAMESPACE, account);
  const child = spawn(process.execPath, [
    ...[FORESAIL, 'approve', `${NAMESPACE}/web`, '--yes', '--kubeconfig', kubeconfig],
    ...args,
  ]);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

const manifest = (name: string, changes: object = {}) =>
  `${JSON.stringify({
    apiVersion: 'foresail.dev/v1alpha1',
    kind: 'ScaleApproval',
    metadata: { namespace: NAMESPACE, name },
    spec: { scaler: 'web', planHash: name, approvedBy: nameOf('ann'), ...changes },
  })}\n`;

const create = (as: string, text: string) =>
  rig().kubectl(['create', '-f', '-', `--as=${as}`], { stdin: text });

realTest('who has the role approves the plan that is held, once, and the controller sees it', async (t) => {
  await hold('a1');
  const first = await approve('ann', '--plan', 'a1', '-o', 'json');
  t.is(first.code, 0, first.err);
  t.like(JSON.parse(first.out), { approvedBy: nameOf('ann'), scaleApproval: 'web-a1', from: 2, to: 80 });
  const second = await approve('ann');
  t.is(second.code, 1);
  t.regex(second.err, /plan a1 was approved before by system:serviceaccount:held:ann/);

  const kubeconfig = await rig().serviceAccountKubeconfig('foresail', 'foresail');
  const connection = createConnection(loadKubeconfig({ path: kubeconfig }), systemClock);
  const failures: string[] = [];
  const cluster = new KubeCluster({
    ...{ connection, clock: systemClock, random: Math.random, instance: 'a' },
    leadership: { current: () => ({ leading: false, epoch: 0, holder: 'a_1' }) },
    onFailure: (_what, error) => failures.push(error.message),
  });
  cluster.start();
  try {
    const seen = () => cluster.scalers().flatMap((scaler) => cluster.approvals(scaler));
    await until(() => seen().length === 1, 20_000);
    t.like(seen()[0], { planHash: 'a1', by: nameOf('ann') });
    await must(['delete', 'scaleapproval', 'web-a1', '-n', NAMESPACE]);
    await until(() => seen().length === 0, 20_000);
  } finally {
    await cluster.stop();
    connection.close();
  }
  t.deepEqual(failures, []);
});

realTest('who has not is refused, and the command that is named gives the right', async (t) => {
  await hold('b2');
  const refused = await approve('eve');
  t.is(refused.code, 1);
  t.regex(refused.err, /eve" cannot get resource "predictivescalers"/);
  await must([
    ...['create', 'rolebinding', 'eve', '-n', NAMESPACE],
    ...['--clusterrole=edit', `--serviceaccount=${NAMESPACE}:eve`],
  ]);
  // roles are put together from others a moment later
  let editor = refused;
  await until(async () => {
    editor = await approve('eve');
    return /cannot create/.test(editor.err);
  }, 30_000);
  t.regex(
    editor.err,
    /eve" cannot create resource "scaleapprovals"/,
    'whoever may change it may not approve',
  );
  const [, command = ''] = /kubectl (create rolebinding .*)\n/.exec(editor.err) ?? [];
  await must(command.split(' '));
  let allowed = editor;
  await until(async () => {
    allowed = await approve('eve');
    return allowed.code === 0;
  }, 30_000);
  t.regex(allowed.out, /approved by system:serviceaccount:held:eve until/);
});

realTest('an approval in the name of somebody else is refused, and said who it must be', async (t) => {
  const forged = await create(nameOf('ann'), manifest('c3', { approvedBy: 'the-boss' }));
  t.not(forged.code, 0);
  t.regex(forged.stderr, /spec\.approvedBy must be who creates the approval \(.*:ann\); was the-boss/);
  t.is((await create(nameOf('ann'), manifest('c3'))).code, 0);
});

realTest('Foresail itself approves nothing, even where somebody gave it the right', async (t) => {
  const own = manifest('d4', { approvedBy: CONTROLLER });
  t.regex((await create(CONTROLLER, own)).stderr, /cannot create resource "scaleapprovals"/);
  await must([
    ...['create', 'rolebinding', 'own', '-n', NAMESPACE],
    ...['--clusterrole=foresail-approve', '--serviceaccount=foresail:foresail'],
  ]);
  let stderr = '';
  await until(async () => {
    ({ stderr } = await create(CONTROLLER, own));
    return !stderr.includes('cannot create');
  }, 30_000);
  t.regex(stderr, /the approval must be of somebody else than Foresail/);
});

realTest('an approval stays as it was created, and holds for an hour at most', async (t) => {
  t.is((await create(nameOf('ann'), manifest('e5'))).code, 0);
  const change = ['patch', 'scaleapproval', 'e5', '-n', NAMESPACE, '--type=merge', '-p'];
  for (const spec of [{ planHash: 'f6' }, { expiresSeconds: 3600 }, { approvedBy: 'the-boss' }]) {
    const changed = await rig().kubectl([...change, JSON.stringify({ spec })]);
    t.regex(changed.stderr, /must stay as it was created/, JSON.stringify(spec));
  }
  const longer = await create(nameOf('ann'), manifest('f6', { expiresSeconds: 3601 }));
  t.regex(longer.stderr, /expiresSeconds.*less than or equal to 3600/);
  const stored = await must([
    'get',
    'scaleapproval',
    'e5',
    '-n',
    NAMESPACE,
    '-o=jsonpath={.spec.expiresSeconds}',
  ]);
  t.is(stored, '900');
});

realTest('approvals go when their scaler does', async (t) => {
  const left = () => must(['get', 'scaleapproval', '-n', NAMESPACE, '-o=name']);
  t.regex(await left(), /web-b2/);
  await must(['delete', 'predictivescaler', 'web', '-n', NAMESPACE]);
  await until(async () => !(await left()).includes('web-b2'), 60_000);
  t.pass();
});
