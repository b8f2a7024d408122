/** One simulated pod. Times are Unix ms on the replay's virtual clock. */
export interface FleetPod {
  readonly ordinal: number;
  readonly createdMs: number;
  readonly readyMs: number;
}

/**
 * The pods of one workload, as every policy in a replay gets them: asked for now, Ready `startupSeconds` later.
 * Scaling down is immediate and takes starting pods first, then the youngest (the ReplicaSet controller's order for
 * pods that are otherwise alike: not ready before ready, later before earlier).
 *
 * Example: startupSeconds 90, 2 pods; resize(5, 0) gives 2 ready and 3 starting; at 90 s 5 are ready; a
 * resize(4, 30_000) at 30 s would have left 2 ready and 2 starting.
 */
export class Fleet {
  readonly #startupMs: number;
  #pods: FleetPod[] = [];
  #ordinal = 0;

  /** `replicas` pods that are Ready at `nowMs` already. */
  constructor(replicas: number, startupSeconds: number, nowMs: number) {
    this.#startupMs = startupSeconds * 1000;
    for (let i = 0; i < replicas; i++) this.#add(nowMs - this.#startupMs);
  }

  /** What was asked for; starting pods count, and cost. */
  get replicas(): number {
    return this.#pods.length;
  }

  /** Oldest first. */
  pods(): readonly FleetPod[] {
    return this.#pods;
  }

  ready(nowMs: number): number {
    // Older pods are ready earlier, so a search by halves finds the first that is not.
    let low = 0;
    let high = this.#pods.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pods[middle]?.readyMs ?? 0) <= nowMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  resize(replicas: number, nowMs: number): void {
    if (!Number.isInteger(replicas) || replicas < 0) {
      throw new RangeError(`replicas ${replicas} must be a whole number >= 0`);
    }
    while (this.#pods.length < replicas) this.#add(nowMs);
    // All pods start equally long, so the youngest are also the ones that are not ready yet.
    this.#pods.length = replicas;
  }

  #add(createdMs: number): void {
    this.#pods.push({ ordinal: this.#ordinal++, createdMs, readyMs: createdMs + this.#startupMs });
  }
}
