import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type InstalledForesail, installForesail } from '../rig/foresail.ts';
import { scalerManifest } from '../rig/manifests.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';

const NAMESPACE = 'explained';
const FORESAIL = join(import.meta.dirname, '..', '..', 'bin', 'foresail.js');
let installed: InstalledForesail | undefined;

const rig = useRig({ name: 'explain' }, async (rig) => {
  await rig.apply(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"${NAMESPACE}"}}\n`);
  await rig.apply(sampleWorkload({ namespace: NAMESPACE, name: 'web', replicas: 2, startupSeconds: 1 }));
  installed = await installForesail(rig, { names: ['foresail-0'] });
  const spec = {
    scaleTargetRef: { kind: 'Deployment', name: 'web' },
    minReplicas: 3,
    maxReplicas: 5,
    mode: 'Automatic',
  };
  await rig.apply(scalerManifest(NAMESPACE, 'web', spec));
});

/** The command as a user with the right to view runs it. */
async function explain(kubeconfig: string, ...args: string[]) {
  const child = spawn(process.execPath, [FORESAIL, 'explain', ...args, '--kubeconfig', kubeconfig]);
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

realTest(
  'who may view scalers is told why a workload was scaled, by the controller that did it',
  async (t) => {
    await rig().kubectl(['create', 'serviceaccount', 'operator', '-n', NAMESPACE]);
    await rig().kubectl([
      ...['create', 'rolebinding', 'operator', '-n', NAMESPACE],
      ...['--clusterrole=view', `--serviceaccount=${NAMESPACE}:operator`],
    ]);
    const kubeconfig = await rig().serviceAccountKubeconfig(NAMESPACE, 'operator');
    const address = installed?.controllers[0]?.explainUrl ?? '';
    const scaled = async () => {
      const got = await rig().kubectl([
        'get',
        'deployment',
        'web',
        '-n',
        NAMESPACE,
        '-o',
        'jsonpath={.spec.replicas}',
      ]);
      return got.stdout === '3';
    };
    await until(scaled, 60_000);
    // roles are put together from others a moment later
    await until(
      async () => (await explain(kubeconfig, `${NAMESPACE}/web`, '--address', address)).code !== 2,
      30_000,
    );

    const told = await explain(kubeconfig, `${NAMESPACE}/deployment/web`, '--address', address, '-o', 'json');
    t.is(told.code, 0, told.err);
    const { leading, workload, bounds, rules, mode } = JSON.parse(told.out);
    t.true(leading);
    t.deepEqual(workload, { namespace: NAMESPACE, kind: 'Deployment', name: 'web' });
    t.deepEqual([bounds.minReplicas, mode], [3, 'Automatic']);
    t.true(rules.some(({ rule }: { rule: string }) => rule === 'floor'));

    const words = await explain(kubeconfig, `${NAMESPACE}/web`, '--address', address);
    t.regex(words.out, /^explained\/Deployment\/web at .*, mode Automatic\n3 replicas/);
  },
);

realTest('without the right to port-forward the status is all there is, and it is said why', async (t) => {
  const kubeconfig = await rig().serviceAccountKubeconfig(NAMESPACE, 'operator');
  const told = await explain(kubeconfig, `${NAMESPACE}/web`);
  t.is(told.code, 1);
  t.regex(told.err, /could not be asked: .*pods is forbidden/);
  t.regex(told.out, /desiredReplicas {2}3/);
});
