import { systemClock } from '../../controller/clock.ts';
import { type Connection, createConnection } from '../../controller/kube/connection.ts';
import { loadKubeconfig } from '../../controller/kube/kubeconfig.ts';
import { LeaseObject } from '../../controller/kube/lease.ts';
import { applyScale, type ScaleReply } from '../../controller/kube/scale.ts';
import { installManifests, scalerManifest } from '../rig/manifests.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';

const rig = useRig({ name: 'fencing' }, async (rig) => {
  await installManifests(rig);
  for (const name of ['shop', 'other']) {
    await rig.apply(sampleWorkload({ name, replicas: 2, startupSeconds: 1 }));
  }
});

/** The API as the controller's own ServiceAccount has it. */
let own: Connection | undefined;
async function asForesail(): Promise<Connection> {
  own ??= createConnection(
    loadKubeconfig({ path: await rig().serviceAccountKubeconfig('foresail', 'foresail') }),
    systemClock,
  );
  return own;
}

async function scaler(name: string, spec: object): Promise<void> {
  await rig().apply(
    scalerManifest('default', name, {
      scaleTargetRef: { kind: 'Deployment', name },
      minReplicas: 1,
      maxReplicas: 5,
      mode: 'Automatic',
      ...spec,
    }),
  );
}

async function lead(holder: string): Promise<number> {
  const lease = new LeaseObject(await asForesail(), 'foresail', 'foresail', 5000);
  const before = await lease.read();
  const epoch = (before?.epoch ?? 0) + 1;
  const spec = { holder, durationSeconds: 15, epoch, acquired: true };
  await lease.write(spec, before, Date.now());
  return epoch;
}

async function uidOf(name: string): Promise<string> {
  return (await rig().kubectl(['get', 'deployment', name, '-o=jsonpath={.metadata.uid}'])).stdout;
}

async function scale(name: string, replicas: number, epoch: number, holder: string): Promise<ScaleReply> {
  const workload = { namespace: 'default', kind: 'Deployment', name };
  return applyScale(await asForesail(), { workload, uid: await uidOf(name), replicas, epoch, holder });
}

/** Policies and their parameters reach the API server's admission by a watch of its own. */
async function eventually(kind: ScaleReply['kind'], write: () => Promise<ScaleReply>): Promise<ScaleReply> {
  let reply = await write();
  await until(async () => {
    if (reply.kind === kind) return true;
    reply = await write();
    return reply.kind === kind;
  }, 10_000);
  return reply;
}

const messageOf = (reply: ScaleReply) => ('message' in reply ? reply.message : '');

realTest('without any PredictiveScaler in the namespace nothing may be scaled', async (t) => {
  const epoch = await lead('a_1');
  // Each policy takes hold in its own time after the install; until then a write may pass.
  const reply = await eventually('refused', () => scale('shop', 3, epoch, 'a_1'));
  t.is(reply.kind, 'refused');
  t.is((await scale('shop', 4, epoch, 'a_1')).kind, 'refused', 'and from then on every one');
});

realTest('the leader writes inside the bounds, and its name stays in managedFields', async (t) => {
  await scaler('shop', {});
  const epoch = await lead('a_1');
  const reply = await eventually('written', () => scale('shop', 3, epoch, 'a_1'));
  t.is(reply.kind === 'written' && reply.replicas, 3);
  const managers = await rig().kubectl([
    ...['get', 'deployment', 'shop', '--show-managed-fields'],
    '-o=jsonpath={.metadata.managedFields[?(@.subresource=="scale")].manager}',
  ]);
  t.true(managers.stdout.split(' ').includes(`foresail/${epoch}/a_1`), managers.stdout);
});

realTest('a leader that was overtaken is refused, by epoch and by holder, and nothing changes', async (t) => {
  const stale = await lead('a_1');
  await eventually('written', () => scale('shop', 3, stale, 'a_1'));
  const fresh = await lead('b_1');
  await eventually('written', () => scale('shop', 4, fresh, 'b_1'));
  const late = await scale('shop', 2, stale, 'a_1');
  t.like(late, { kind: 'refused', reason: 'FencedOut' });
  t.regex(messageOf(late), new RegExp(`the epoch must be ${fresh} .*was ${stale}`));
  const impostor = await scale('shop', 2, fresh, 'a_1');
  t.like(impostor, { kind: 'refused', reason: 'FencedOut' });
  t.regex(messageOf(impostor), /the holder must be that of Lease .*b_1.*was a_1/);
  const replicas = await rig().kubectl(['get', 'deployment', 'shop', '-o=jsonpath={.spec.replicas}']);
  t.is(replicas.stdout, '4');
});

realTest('after the lease is given back, its last holder writes no more', async (t) => {
  const epoch = await lead('a_1');
  await eventually('written', () => scale('shop', 3, epoch, 'a_1'));
  const lease = new LeaseObject(await asForesail(), 'foresail', 'foresail', 5000);
  const before = await lease.read();
  await lease.write({ holder: '', durationSeconds: 1, epoch, acquired: false }, before, Date.now());
  const reply = await eventually('refused', () => scale('shop', 4, epoch, 'a_1'));
  t.like(reply, { kind: 'refused', reason: 'FencedOut' });
});

realTest('without a lease nobody writes', async (t) => {
  const epoch = await lead('a_1');
  await rig().kubectl(['delete', 'lease', 'foresail', '-n', 'foresail']);
  const reply = await eventually('refused', () => scale('shop', 4, epoch, 'a_1'));
  t.like(reply, { kind: 'refused', reason: 'FencedOut' });
});

realTest('a new epoch is let through soon: how far the fence is behind the lease', async (t) => {
  const waits: number[] = [];
  for (let n = 0; n < 10; n++) {
    const epoch = await lead(`holder_${n}`);
    const startedMs = performance.now();
    await eventually('written', () => scale('shop', 3 + (n % 2), epoch, `holder_${n}`));
    waits.push(Math.round(performance.now() - startedMs));
  }
  t.log(`ms from a new lease to the first accepted write, one write included: ${waits.join(' ')}`);
  t.true(Math.max(...waits) < 1300, 'the controller tries again for 1.3 s');
});

for (const [name, spec, replicas, says] of [
  ['above maxReplicas', {}, 6, /replicas must be <= maxReplicas \(5\).*was 6/],
  ['below minReplicas', { minReplicas: 2 }, 1, /replicas must be >= minReplicas \(2\).*was 1/],
  ['to zero', {}, 0, /replicas must be >= minReplicas \(1\).*was 0/],
  [
    'in mode Shadow',
    { mode: 'Shadow' },
    3,
    /mode of PredictiveScaler default\/shop must be Assisted or Automatic/,
  ],
  [
    'in mode Advisory',
    { mode: 'Advisory' },
    3,
    /mode of PredictiveScaler default\/shop must be Assisted or Auto/,
  ],
  [
    'down in mode Assisted',
    { mode: 'Assisted' },
    1,
    /must be Automatic for replicas to be removed \(3 to 1\)/,
  ],
  ['while paused', { paused: true }, 3, /paused of PredictiveScaler default\/shop must be false/],
] as const) {
  realTest(`the API server refuses a write ${name}, with what must be`, async (t) => {
    await scaler('shop', {});
    const epoch = await lead('a_1');
    await eventually('written', () => scale('shop', 3, epoch, 'a_1'));
    await scaler('shop', spec);
    const reply = await eventually('refused', () => scale('shop', replicas, epoch, 'a_1'));
    t.like(reply, { kind: 'refused', reason: 'ScaleRefused' });
    t.regex(messageOf(reply), says);
    await scaler('shop', {});
  });
}

realTest('the scaler of another target sets no bounds for this one', async (t) => {
  await scaler('shop', {});
  await scaler('other', { maxReplicas: 2, mode: 'Shadow' });
  const epoch = await lead('a_1');
  const reply = await eventually('written', () => scale('shop', 4, epoch, 'a_1'));
  t.is(reply.kind, 'written');
});

realTest(
  'a target made anew under the same name is a conflict, not a write to the wrong object',
  async (t) => {
    await scaler('shop', {});
    const epoch = await lead('a_1');
    await eventually('written', () => scale('shop', 3, epoch, 'a_1'));
    const workload = { namespace: 'default', kind: 'Deployment', name: 'shop' };
    const uid = '00000000-0000-4000-8000-000000000000';
    const reply = await applyScale(await asForesail(), { workload, uid, replicas: 4, epoch, holder: 'a_1' });
    t.is(reply.kind, 'conflict');
  },
);

realTest('people and other controllers are not held by these policies', async (t) => {
  const scaled = await rig().kubectl(['scale', 'deployment/shop', '--replicas=9']);
  t.is(scaled.code, 0, scaled.stderr);
});

realTest('the controller may not change a Deployment but through its scale', async (t) => {
  const connection = await asForesail();
  const reply = await connection.send({
    method: 'PATCH',
    path: '/apis/apps/v1/namespaces/default/deployments/shop',
    contentType: 'application/merge-patch+json',
    body: { spec: { template: { spec: { containers: [{ name: 'app', image: 'evil' }] } } } },
  });
  t.is(reply.status, 403);
});
