import type { ExecutionContext } from 'ava';
import type { z } from 'zod';
import type { PredictiveScaler, predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import type { Cluster, ScalerStatus, ScaleWrite } from '../../controller/ports.ts';
import { type Workload, workloadKey } from '../../controller/workload.ts';

/**
 * What every implementation of the `Cluster` port must do. To run it, write a `ClusterBench` and, in a test file:
 *
 *     for (const behaviour of clusterBehaviours) {
 *       test(behaviour.name, async (t) => {
 *         const bench = await openBench();
 *         try {
 *           await behaviour.run(t, bench);
 *         } finally {
 *           await bench.close();
 *         }
 *       });
 *     }
 *
 * A bench may be shared between behaviours (each uses names of its own) when starting one is slow.
 */
export interface ClusterBench {
  readonly cluster: Cluster;
  /** The epoch with which a write is accepted now. */
  readonly epoch: number;
  /** Where the objects of a behaviour live; it exists. */
  readonly namespace: string;
  /** Creates the target; its pods become Ready by themselves after the bench's start-up delay. */
  createWorkload(workload: Workload, replicas: number): Promise<void>;
  deleteWorkload(workload: Workload): Promise<void>;
  createScaler(namespace: string, name: string, spec: z.input<typeof predictiveScalerSpec>): Promise<void>;
  replaceScaler(namespace: string, name: string, spec: z.input<typeof predictiveScalerSpec>): Promise<void>;
  deleteScaler(namespace: string, name: string): Promise<void>;
  /** What an operator reads: the published status as plain data; undefined before the first. */
  readStatus(namespace: string, name: string): Promise<ReadStatus | undefined>;
  /** Events an operator reads on the scaler, one entry per distinct reason and message. */
  readEvents(namespace: string, name: string): Promise<readonly { reason: string; message: string }[]>;
  /** Lets the cluster go on (virtual or real time) until the condition holds; throws, naming `what`, if it never does. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

export interface ReadStatus {
  readonly desiredReplicas?: number;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
}

export interface ClusterBehaviour {
  readonly name: string;
  run(t: ExecutionContext, bench: ClusterBench): Promise<void>;
}

const deployment = (bench: ClusterBench, name: string): Workload => ({
  namespace: bench.namespace,
  kind: 'Deployment',
  name,
});

async function scalerOf(bench: ClusterBench, name: string): Promise<PredictiveScaler> {
  const find = () => bench.cluster.scalers().find((s) => s.namespace === bench.namespace && s.name === name);
  await bench.until(`scaler ${name} is seen`, () => find() !== undefined);
  const scaler = find();
  if (scaler === undefined) throw new Error(`scaler ${name} was seen and is gone`);
  return scaler;
}

/** A Deployment `name` of `replicas`, all Ready, with an Automatic scaler `name` of 1..10. */
async function running(bench: ClusterBench, name: string, replicas: number): Promise<PredictiveScaler> {
  const workload = deployment(bench, name);
  await bench.createWorkload(workload, replicas);
  await bench.createScaler(bench.namespace, name, {
    scaleTargetRef: { kind: 'Deployment', name },
    minReplicas: 1,
    maxReplicas: 10,
    mode: 'Automatic',
  });
  const scaler = await scalerOf(bench, name);
  await bench.until(`${name} is Ready`, () => bench.cluster.target(workload)?.ready === replicas);
  return scaler;
}

function write(bench: ClusterBench, scaler: PredictiveScaler, replicas: number): ScaleWrite {
  return { scaler, replicas, epoch: bench.epoch, reason: 'ForecastDemand', message: 'conformance' };
}

function status(desiredReplicas: number): ScalerStatus {
  return {
    currentReplicas: 1,
    desiredReplicas,
    forecastRps: 120,
    model: 'seasonal',
    leadSeconds: 20,
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Steady', message: 'the number of replicas is already right' },
    ],
  };
}

const behaviours: ClusterBehaviour[] = [
  {
    name: 'cluster: once it has listed, it is fresh, and it shows a scaler with every default filled in',
    async run(t, bench) {
      const name = 'defaults';
      await bench.createScaler(bench.namespace, name, {
        scaleTargetRef: { kind: 'Deployment', name },
        maxReplicas: 4,
      });
      const scaler = await scalerOf(bench, name);
      t.true(bench.cluster.staleSeconds() < 60);
      t.is(scaler.spec.minReplicas, 1);
      t.is(scaler.spec.mode, 'Advisory');
      t.is(scaler.spec.objective.percentile, 99);
      t.deepEqual(scaler.spec.scaleTargetRef, { apiVersion: 'apps/v1', kind: 'Deployment', name });
      t.truthy(scaler.uid);
      t.is(scaler.generation, 1);
    },
  },
  {
    name: 'cluster: a changed spec is seen with a higher generation, a deleted scaler is gone',
    async run(t, bench) {
      const name = 'changes';
      const scaleTargetRef = { kind: 'Deployment' as const, name };
      await bench.createScaler(bench.namespace, name, { scaleTargetRef, maxReplicas: 4 });
      const before = await scalerOf(bench, name);
      await bench.replaceScaler(bench.namespace, name, { scaleTargetRef, maxReplicas: 7 });
      const now = () => bench.cluster.scalers().find((s) => s.uid === before.uid);
      await bench.until('the change is seen', () => now()?.spec.maxReplicas === 7);
      t.is(now()?.generation, before.generation + 1);
      await bench.deleteScaler(bench.namespace, name);
      await bench.until('the deletion is seen', () => now() === undefined);
      t.pass();
    },
  },
  {
    name: 'cluster: a target that does not exist is undefined and has no pods',
    async run(t, bench) {
      t.is(bench.cluster.target(deployment(bench, 'nobody')), undefined);
      t.deepEqual(bench.cluster.pods(deployment(bench, 'nobody')), []);
    },
  },
  {
    name: 'cluster: pods carry when they were created and when they became Ready',
    async run(t, bench) {
      const workload = deployment(bench, 'pods');
      await running(bench, 'pods', 2);
      const pods = bench.cluster.pods(workload);
      t.is(pods.length, 2);
      t.is(new Set(pods.map((pod) => pod.uid)).size, 2);
      for (const pod of pods) {
        t.true(pod.ready);
        t.false(pod.terminating);
        t.true(pod.readyMs !== undefined && pod.readyMs >= pod.createdMs);
      }
      const target = bench.cluster.target(workload);
      t.like(target, { replicas: 2, ready: 2, starting: 0 });
    },
  },
  {
    name: 'cluster: a write is read back at once, and more pods become Ready',
    async run(t, bench) {
      const workload = deployment(bench, 'grows');
      const scaler = await running(bench, 'grows', 1);
      t.deepEqual(await bench.cluster.scale(write(bench, scaler, 4)), { kind: 'written', replicas: 4 });
      t.is(bench.cluster.target(workload)?.replicas, 4, 'a decision right after the write sees it');
      t.true((bench.cluster.target(workload)?.starting ?? 0) >= 1);
      await bench.until('four are Ready', () => bench.cluster.target(workload)?.ready === 4);
      t.is(bench.cluster.target(workload)?.starting, 0);
      t.is(bench.cluster.pods(workload).length, 4);
    },
  },
  {
    name: 'cluster: a scale-down removes pods',
    async run(t, bench) {
      const workload = deployment(bench, 'shrinks');
      const scaler = await running(bench, 'shrinks', 3);
      t.is((await bench.cluster.scale(write(bench, scaler, 1))).kind, 'written');
      const staying = () => bench.cluster.pods(workload).filter((pod) => !pod.terminating);
      await bench.until('one is left', () => staying().length === 1);
      t.is(bench.cluster.target(workload)?.replicas, 1);
    },
  },
  {
    name: 'cluster: a write with an earlier epoch is refused as FencedOut and changes nothing',
    async run(t, bench) {
      const workload = deployment(bench, 'fenced');
      const scaler = await running(bench, 'fenced', 1);
      const outcome = await bench.cluster.scale({ ...write(bench, scaler, 5), epoch: bench.epoch - 1 });
      t.is(outcome.kind, 'refused');
      t.is(outcome.kind === 'refused' && outcome.reason, 'FencedOut');
      t.is(bench.cluster.target(workload)?.replicas, 1);
    },
  },
  {
    name: 'cluster: a write outside minReplicas..maxReplicas is refused and changes nothing',
    async run(t, bench) {
      const workload = deployment(bench, 'bounded');
      const scaler = await running(bench, 'bounded', 1);
      const outcome = await bench.cluster.scale(write(bench, scaler, 11));
      t.is(outcome.kind, 'refused');
      t.is(outcome.kind === 'refused' && outcome.reason, 'ScaleRefused');
      t.regex(outcome.kind === 'refused' ? outcome.message : '', /maxReplicas/);
      t.is(bench.cluster.target(workload)?.replicas, 1);
    },
  },
  {
    name: 'cluster: a write to a target that is gone is refused, not thrown',
    async run(t, bench) {
      const workload = deployment(bench, 'gone');
      const scaler = await running(bench, 'gone', 1);
      await bench.deleteWorkload(workload);
      await bench.until('it is gone', () => bench.cluster.target(workload) === undefined);
      const outcome = await bench.cluster.scale(write(bench, scaler, 2));
      t.is(outcome.kind, 'refused');
    },
  },
  {
    name: 'cluster: a published status is read back, and conditions are keyed by type',
    async run(t, bench) {
      const scaler = await running(bench, 'published', 1);
      await bench.cluster.publish(scaler, status(3));
      const read = async () => bench.readStatus(bench.namespace, 'published');
      await bench.until('it is read', async () => (await read())?.desiredReplicas === 3);
      t.like((await read())?.conditions?.[0], { type: 'Ready', status: 'True', reason: 'Steady' });
      await bench.cluster.publish(scaler, status(4));
      await bench.until('it is changed', async () => (await read())?.desiredReplicas === 4);
      t.is((await read())?.conditions?.length, 1);
    },
  },
  {
    name: 'cluster: the same event twice is one event to read',
    async run(t, bench) {
      const scaler = await running(bench, 'told', 1);
      bench.cluster.event(scaler, 'Scaled', 'from 1 to 2 replicas');
      bench.cluster.event(scaler, 'Scaled', 'from 1 to 2 replicas');
      const read = async () => bench.readEvents(bench.namespace, 'told');
      await bench.until('it is read', async () => (await read()).length > 0);
      t.deepEqual(await read(), [{ reason: 'Scaled', message: 'from 1 to 2 replicas' }]);
    },
  },
  {
    name: 'cluster: a change of scaler, target or pods calls back with the workload',
    async run(t, bench) {
      const key = workloadKey(deployment(bench, 'watched'));
      let calls = 0;
      bench.cluster.onChange((workload) => {
        if (workloadKey(workload) === key) calls++;
      });
      const scaler = await running(bench, 'watched', 1);
      t.true(calls > 0, 'for the scaler and its target');
      const before = calls;
      await bench.cluster.scale(write(bench, scaler, 2));
      await bench.until('the new pod is told', () => calls > before);
      t.pass();
    },
  },
];

export const clusterBehaviours: readonly ClusterBehaviour[] = behaviours;
