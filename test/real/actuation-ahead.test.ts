import { setTimeout as sleep } from 'node:timers/promises';
import { summarize } from '../rig/load.ts';
import { realTest, useRig } from './real-test.ts';
import { scaleWrites } from './scale-writes.ts';
import {
  MIN_REPLICAS,
  NAMESPACE,
  PEAK_RPS,
  RISE_SECOND,
  RPS_PER_REPLICA,
  STARTUP_SECONDS,
  setStage,
} from './stage.ts';

/* The load of stage.ts, with the number as the floor of an HPA that measures nothing: only the floor can move it. */

const rig = useRig({ name: 'actuation-ahead' });
const NEEDED = PEAK_RPS / RPS_PER_REPLICA;

const hpa = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: NAMESPACE },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    ...{ minReplicas: MIN_REPLICAS, maxReplicas: 30 },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ],
  },
};

/** Every change of an object's replicas that the API server accepted. */
async function changes(resource: string, subresource: string, field: string) {
  return (await rig().audit())
    .filter(
      (event) =>
        event.resource === resource &&
        event.subresource === subresource &&
        event.name === 'web' &&
        ['patch', 'update'].includes(event.verb) &&
        event.responseStatus.code === 200,
    )
    .map((event) => ({
      atMs: Date.parse(event.requestReceivedTimestamp),
      user: event.user,
      replicas: (event.responseObject as { spec: Record<string, number> }).spec[field] ?? Number.NaN,
    }));
}

realTest(
  "a real HPA's minReplicas is raised at least a lead time before the load, and the HPA's pods are there when it comes",
  async (t) => {
    const stage = await setStage(rig(), {
      spec: { actuation: { kind: 'HorizontalPodAutoscaler' } },
      prepare: async () => {
        await rig().apply(`${JSON.stringify(hpa)}\n`);
        const grant = ['--clusterrole=foresail-floor', '--serviceaccount=foresail:foresail'];
        await rig().kubectl(['create', 'rolebinding', 'foresail-floor', '-n', NAMESPACE, ...grant]);
      },
    });
    const riseMs = stage.dayZeroMs + RISE_SECOND * 1000;
    await sleep(riseMs + 15_000 - Date.now());
    const raised = (await changes('horizontalpodautoscalers', '', 'minReplicas')).find(
      ({ user, replicas }) => user.endsWith(':foresail:foresail') && replicas >= NEEDED,
    );
    const aheadSeconds = (riseMs - (raised?.atMs ?? Number.NaN)) / 1000;
    const scaled = (await changes('deployments', 'scale', 'replicas')).find(
      ({ replicas }) => replicas >= NEEDED,
    );
    t.log(
      `minReplicas ${raised?.replicas} ${aheadSeconds.toFixed(1)} s before the load; ${scaled?.user} scaled to ` +
        `${scaled?.replicas} ${((riseMs - (scaled?.atMs ?? Number.NaN)) / 1000).toFixed(1)} s before it`,
    );
    t.true(aheadSeconds >= STARTUP_SECONDS, `${aheadSeconds} s ahead`);
    t.regex(scaled?.user ?? '', /horizontal-pod-autoscaler/);
    t.deepEqual(await scaleWrites(rig(), NAMESPACE, 'web'), [], 'Foresail leaves the scale alone');
    const { sent, succeeded, latencyMs } = summarize(stage.load.seconds.slice(RISE_SECOND, RISE_SECOND + 12));
    t.log(
      `first 12 s of the peak: ${sent} requests, ${sent - succeeded} failed, p99 ${latencyMs(99).toFixed(0)} ms`,
    );
    t.true(succeeded / sent >= 0.99, `${sent - succeeded} of ${sent} failed`);
  },
  { timeoutMs: 240_000 },
);
