import { type Workload, workloadKey } from '../workload.ts';
import { type FloorRecord, floorKey } from './floor.ts';
import type { Change } from './object-cache.ts';

/** Every object that scales a workload above a floor, by what it scales. */
export class FloorIndex {
  readonly #floors = new Map<string, FloorRecord>();
  readonly #byTarget = new Map<string, Map<string, FloorRecord>>();

  /** Takes a change; the workloads it concerns. */
  changed({ object, previous }: Change<FloorRecord>): readonly Workload[] {
    if (previous) this.#drop(previous);
    if (object) this.#add(object);
    return [previous, object].flatMap((floor) => (floor ? (workloadUnder(floor) ?? []) : []));
  }

  get(key: string): FloorRecord | undefined {
    return this.#floors.get(key);
  }

  of(workload: Workload): readonly FloorRecord[] {
    return [...(this.#byTarget.get(workloadKey(workload))?.values() ?? [])];
  }

  all(): Iterable<FloorRecord> {
    return this.#floors.values();
  }

  #add(floor: FloorRecord): void {
    const key = floorKey(floor);
    this.#floors.set(key, floor);
    const workload = workloadUnder(floor);
    if (!workload) return;
    const under = workloadKey(workload);
    this.#byTarget.set(under, (this.#byTarget.get(under) ?? new Map<string, FloorRecord>()).set(key, floor));
  }

  #drop(floor: FloorRecord): void {
    const key = floorKey(floor);
    this.#floors.delete(key);
    const workload = workloadUnder(floor);
    if (!workload) return;
    const siblings = this.#byTarget.get(workloadKey(workload));
    siblings?.delete(key);
    if (siblings?.size === 0) this.#byTarget.delete(workloadKey(workload));
  }
}

export function workloadUnder({ namespace, target }: FloorRecord): Workload | undefined {
  return target && { namespace, kind: target.kind, name: target.name };
}
