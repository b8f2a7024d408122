import type { Account } from '../../controller/ports.ts';
import type { Workload } from '../../controller/workload.ts';
import type { EmbeddedCluster } from './embedded-cluster.ts';
import type { Lane, Tick } from './lane.ts';
import { POD_RPS } from './latency.ts';
import type { PodArrivals, PodsTick } from './pods.ts';

export interface ForesailLaneParts {
  readonly cluster: EmbeddedCluster;
  readonly workload: Workload;
  /** Serves a tick on the pods and brings what they say of it to the pipeline. */
  readonly play: (tick: PodsTick) => Promise<unknown>;
  /** One turn of the pipeline: close steps, forecast, decide, scale. */
  readonly turn: () => Promise<readonly Account[]>;
  readonly onAccount: (account: Account) => void;
}

/** The product on the shared traffic: pods that report, the real pipeline, the embedded cluster. */
export function foresailLane(parts: ForesailLaneParts): Lane {
  const { cluster, workload } = parts;
  let serving: readonly PodArrivals[] = [];
  return {
    name: 'foresail',
    begin: (tick) => {
      serving = arrivalsOf(cluster, workload, tick);
      const target = cluster.target(workload);
      const replicas = target?.replicas ?? 0;
      const ready = target?.ready ?? 0;
      return { ready, starting: replicas - ready, requested: replicas };
    },
    end: async (tick) => {
      cluster.settle();
      await parts.play({ startMs: tick.startMs, endMs: tick.endMs, pods: serving });
      for (const account of await parts.turn()) parts.onAccount(account);
    },
  };
}

/** Arrivals of a tick, spread evenly over the Ready pods; the first ones take the remainder. */
function arrivalsOf(cluster: EmbeddedCluster, workload: Workload, tick: Tick): readonly PodArrivals[] {
  const ready = cluster.pods(workload).filter((pod) => pod.ready);
  const requests = Math.round((tick.demand * POD_RPS * (tick.endMs - tick.startMs)) / 1000);
  const each = Math.floor(requests / ready.length);
  const remainder = requests - each * ready.length;
  return ready.map((pod, index) => ({
    uid: pod.uid,
    readyMs: pod.readyMs ?? tick.startMs,
    requests: each + (index < remainder ? 1 : 0),
  }));
}
