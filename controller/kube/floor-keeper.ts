import type { Clock, Random } from '../clock.ts';
import type { Leadership } from '../ports.ts';
import { createQueue, type Queue } from '../queue.ts';
import { actuatorOf } from './actuator.ts';
import { putBack } from './apply-floor.ts';
import type { Connection } from './connection.ts';
import { type FloorRecord, floorKey } from './floor.ts';
import type { FloorIndex } from './floor-index.ts';
import { type ScalerRecord, workloadOf } from './scaler-record.ts';

export interface FloorKeeperOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly leadership: Leadership;
  readonly floors: FloorIndex;
  readonly scalers: () => Iterable<ScalerRecord>;
  /** Before everything was listed once, a scaler that is not known may still exist. */
  readonly synced: () => boolean;
  readonly onFailure: (error: Error) => void;
}

/**
 * Puts floors back to what their owners want once no scaler raises them any more: it was deleted, or writes to something
 * else, or its mode writes nothing. It goes by the word on the floor itself, so it does not matter whether this process
 * raised it, or saw the scaler at all. Nothing waits for it: no finalizer holds up a deletion.
 */
export class FloorKeeper {
  readonly #options: FloorKeeperOptions;
  readonly #queue: Queue;

  constructor(options: FloorKeeperOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.#queue = createQueue({
      ...{ clock, random, concurrency: 2, handle: (key: string) => this.#settle(key) },
      onFailure: (_key, error) => options.onFailure(error as Error),
    });
  }

  check(floor: FloorRecord): void {
    if (this.#isOver(floor)) this.#queue.add(floorKey(floor));
  }

  checkAll(): void {
    for (const floor of this.#options.floors.all()) this.check(floor);
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  async #settle(key: string): Promise<undefined> {
    const { connection, floors, leadership } = this.#options;
    const floor = floors.get(key);
    const { epoch, holder } = leadership.current();
    if (!floor || !this.#isOver(floor)) return;
    const reply = await putBack(connection, { floor, epoch, holder });
    if (reply.kind === 'written') return;
    throw new Error(`${floor.kind} ${floor.namespace}/${floor.name} is to be put back: ${reply.message}`);
  }

  /** A scaler that cannot be read may still want it; a pause says that nothing is written, this included. */
  #isOver(floor: FloorRecord): boolean {
    const { raised, namespace } = floor;
    if (raised === undefined || !this.#options.synced() || !this.#options.leadership.current().leading)
      return false;
    const scaler = [...this.#options.scalers()].find(
      ({ ref }) => ref.namespace === namespace && ref.name === raised.by,
    );
    if (scaler === undefined) return true;
    if ('invalid' in scaler.parsed) return false;
    const { spec } = scaler.parsed;
    if (spec.paused) return false;
    if (spec.mode === 'Shadow' || spec.mode === 'Advisory') return true;
    const candidates = this.#options.floors.of(workloadOf(scaler.parsed));
    const actuator = actuatorOf(scaler.parsed, candidates);
    // While it is not clear which of several is meant, none of them is given up.
    return actuator.missing === undefined
      ? actuator.floor?.uid !== floor.uid
      : !candidates.some(({ uid }) => uid === floor.uid);
  }
}
