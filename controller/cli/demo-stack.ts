import { randomBytes } from 'node:crypto';
import { TICK_SECONDS } from '../../bench/replay/demand.ts';
import { EmbeddedCluster } from '../../bench/replay/embedded-cluster.ts';
import { foresailLane } from '../../bench/replay/foresail-lane.ts';
import type { Lane } from '../../bench/replay/lane.ts';
import { POD_RPS } from '../../bench/replay/latency.ts';
import { embeddedIdentifier } from '../../bench/replay/pod-token.ts';
import { startPods } from '../../bench/replay/pods.ts';
import { type PredictiveScaler, predictiveScalerSpec } from '../api/predictive-scaler.ts';
import type { VirtualClock } from '../clock.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { createReceiver } from '../ingest/receiver.ts';
import { createPipeline } from '../pipeline.ts';
import type { Account, Forecaster, History } from '../ports.ts';
import type { Step } from '../series/step.ts';
import { memoryHistory } from '../store/memory-history.ts';
import { type Workload, workloadKey } from '../workload.ts';
import type { DemoTraffic } from './demo-traffic.ts';

/** The product as the controller wires it, but for the cluster, the clock, and pods that are simulated. */
export interface DemoStack {
  readonly lane: Lane;
  /** Exports the receiver has accepted. */
  exports(): number;
  forecast(): Forecast | undefined;
  close(): Promise<void>;
}

export interface DemoStackParts {
  readonly clock: VirtualClock;
  readonly traffic: DemoTraffic;
  /** Closed with the stack. */
  readonly forecaster: Forecaster;
  readonly replicas: number;
  readonly maxReplicas: number;
  readonly startupSeconds: number;
  readonly onAccount: (account: Account) => void;
}

const workload: Workload = { namespace: 'demo', kind: 'Deployment', name: 'shop' };

export async function openDemoStack(parts: DemoStackParts): Promise<DemoStack> {
  const { clock, traffic, forecaster, replicas, startupSeconds } = parts;
  const cluster = new EmbeddedCluster(clock);
  cluster.deploy({ workload, replicas, startupSeconds });
  cluster.apply(scalerOf(parts.maxReplicas));
  const history = historyOf(traffic);
  const pipeline = createPipeline({
    clock,
    cluster,
    history,
    forecaster,
    leadership: { current: () => ({ leading: true, epoch: 1, holder: 'demo' }) },
    recorder: { decided: () => {}, forgotten: () => {} },
    stepSeconds: TICK_SECONDS,
    // All pods export at the end of the step, and the turn waits for their answers: nothing comes later.
    graceMs: 0,
    historySeconds: (traffic.history.pods.length + traffic.played.pods.length) * TICK_SECONDS,
  });
  const secret = randomBytes(32).toString('hex');
  const receiver = createReceiver({
    identifier: embeddedIdentifier(workload, secret, () => cluster.pods(workload)),
    onReport: (report) => pipeline.receive(report),
    clock,
  });
  await receiver.listen(0, '127.0.0.1');
  const pods = startPods({ origin: `http://127.0.0.1:${receiver.address().port}`, secret });
  // Opens the workload, with its history, before the first export comes.
  await pipeline.observe();
  return {
    lane: foresailLane({
      cluster,
      workload,
      play: (tick) => pods.play(tick),
      turn: () => pipeline.tick(),
      onAccount: parts.onAccount,
    }),
    exports: () => receiver.stats().exports.accepted,
    forecast: () => pipeline.dossier(workload)?.forecast,
    async close() {
      await pods.close();
      await receiver.close();
      await forecaster.close();
      await history.close();
    },
  };
}

/** What `foresail import` would have loaded: the traffic before the part that is played. */
function historyOf({ history: { pods, startMs } }: DemoTraffic): History {
  const history = memoryHistory({ stepSeconds: TICK_SECONDS });
  const steps = [...pods].map(
    (demand, index): Step => ({
      startMs: startMs + index * TICK_SECONDS * 1000,
      rps: demand * POD_RPS,
      errorRatio: Number.NaN,
      inflight: Number.NaN,
      podsReporting: 0,
      podsExpected: 0,
      flags: [],
    }),
  );
  history.append(
    workloadKey(workload),
    steps.filter((step) => !Number.isNaN(step.rps)),
  );
  return history;
}

function scalerOf(maxReplicas: number): PredictiveScaler {
  return {
    namespace: workload.namespace,
    name: workload.name,
    uid: 'demo-shop',
    generation: 1,
    resourceVersion: '1',
    spec: predictiveScalerSpec.parse({
      scaleTargetRef: { kind: workload.kind, name: workload.name },
      maxReplicas,
      mode: 'Automatic',
      forecast: { mayScaleDown: true },
    }),
  };
}
