import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { Clock, Random } from '../clock.ts';
import type { Leadership } from '../ports.ts';
import { createQueue, type Queue } from '../queue.ts';
import type { Workload } from '../workload.ts';
import type { Connection } from './connection.ts';
import type { PodRecord } from './pod-record.ts';
import { turnPod } from './rotation.ts';
import type { WorkloadIndex } from './workload-index.ts';

export interface RotationKeeperOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly leadership: Leadership;
  readonly index: WorkloadIndex;
  readonly scalerOf: (workload: Workload) => PredictiveScaler | undefined;
  /** Before everything was listed once, a scaler that is not known may still exist. */
  readonly synced: () => boolean;
  readonly onFailure: (error: Error) => void;
}

/**
 * Puts pods back into the rotation that Foresail took out for a scaler which is gone, or takes none out any more. For
 * every other pod the next decision about its workload says what becomes of it, also after a restart.
 */
export class RotationKeeper {
  readonly #options: RotationKeeperOptions;
  readonly #queue: Queue;

  constructor(options: RotationKeeperOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.#queue = createQueue({
      ...{ clock, random, concurrency: 4, handle: (uid: string) => this.#settle(uid) },
      onFailure: (_uid, error) => options.onFailure(error as Error),
    });
  }

  check(pod: PodRecord): void {
    if (this.#isForgotten(pod)) this.#queue.add(pod.uid);
  }

  checkAll(): void {
    for (const pod of this.#options.index.pods()) this.check(pod);
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  async #settle(uid: string): Promise<undefined> {
    const { connection, index, leadership } = this.#options;
    const pod = index.pod(uid);
    if (!pod || !this.#isForgotten(pod)) return;
    const { epoch, holder } = leadership.current();
    const { namespace } = pod;
    const failure = await turnPod(connection, { namespace, pod, outSinceMs: undefined, epoch, holder });
    if (failure)
      throw new Error(`pod ${namespace}/${pod.name} is to be back in rotation: ${failure.message}`);
  }

  #isForgotten(pod: PodRecord): boolean {
    const { index, scalerOf, synced, leadership } = this.#options;
    if (pod.outSinceMs === undefined || pod.terminating || !synced() || !leadership.current().leading)
      return false;
    const workload = index.workloadOf(pod);
    return (
      workload !== undefined && scalerOf(workload)?.spec.behavior.scaleDown.rotationSeconds === undefined
    );
  }
}
