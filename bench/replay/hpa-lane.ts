import { Fleet } from './fleet.ts';
import { type HpaSpec, newHpa, syncHpa } from './hpa.ts';
import type { Lane, Standing, Tick } from './lane.ts';

export interface HpaLaneParts {
  readonly name: string;
  readonly spec: HpaSpec;
  readonly replicas: number;
  readonly startupSeconds: number;
  readonly startMs: number;
}

/**
 * A HorizontalPodAutoscaler on the shared traffic. Its metric is utilisation of what a pod can carry and is not cut off at 100 %
 * (as CPU without a limit is not), which is the kinder case: a cut-off metric reacts later. A pod that turned Ready
 * inside the tick has no full metric window yet and counts as unready.
 */
export function hpaLane({ name, spec, replicas, startupSeconds, startMs }: HpaLaneParts): Lane {
  const fleet = new Fleet(replicas, startupSeconds, startMs);
  let state = newHpa;
  return {
    name,
    begin: (tick): Standing => {
      const ready = fleet.ready(tick.startMs);
      return { ready, starting: fleet.replicas - ready, requested: fleet.replicas };
    },
    end: async (tick: Tick) => {
      const served = fleet.ready(tick.startMs);
      const usage = new Array<number>(served).fill(tick.demand / served);
      const synced = syncHpa(spec, state, {
        nowMs: tick.endMs,
        replicas: fleet.replicas,
        usage,
        unready: fleet.replicas - served,
        missing: 0,
      });
      state = synced.state;
      fleet.resize(synced.replicas, tick.endMs);
    },
  };
}
