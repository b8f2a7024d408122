import type { Rig } from '../../rig/rig.ts';
import { createPod, deletePod, type PodName, type PodState, setPodState } from './target.ts';

interface Pod extends PodName {
  readonly bornTick: number;
  state: PodState;
}

/** The pods of one workload: the youngest go first, and those that come pass through the states of `starting`, one a tick. */
export class Fleet {
  readonly #rig: Rig;
  readonly #namespace: string;
  readonly #app: string;
  readonly #starting: readonly PodState[];
  readonly #pods: Pod[] = [];
  #born = 0;

  constructor(rig: Rig, namespace: string, app: string, starting: readonly PodState[]) {
    this.#rig = rig;
    this.#namespace = namespace;
    this.#app = app;
    this.#starting = starting;
  }

  pods(): readonly { readonly name: string; readonly state: PodState }[] {
    return this.#pods;
  }

  /** What the pods are at this tick. Pods made at `tick` 0 are Ready already. */
  async resize(replicas: number, tick: number): Promise<void> {
    const gone = this.#pods.splice(replicas);
    const work = gone.map((pod) => deletePod(this.#rig, pod));
    for (const pod of this.#pods) work.push(this.#show(pod, tick));
    while (this.#pods.length < replicas) work.push(this.#add(tick));
    await Promise.all(work);
  }

  #stateAt(bornTick: number, tick: number): PodState {
    return bornTick === 0 ? 'Ready' : (this.#starting[tick - bornTick] ?? 'Ready');
  }

  async #show(pod: Pod, tick: number): Promise<void> {
    const state = this.#stateAt(pod.bornTick, tick);
    if (state === pod.state) return;
    pod.state = state;
    await setPodState(this.#rig, pod, state);
  }

  async #add(tick: number): Promise<void> {
    const [namespace, app] = [this.#namespace, this.#app];
    const pod: Pod = { namespace, app, name: `${app}-${this.#born++}`, bornTick: tick, state: 'Pending' };
    this.#pods.push(pod);
    await createPod(this.#rig, pod);
    await this.#show(pod, tick);
  }
}
