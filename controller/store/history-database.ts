import type { DatabaseSync } from 'node:sqlite';
import { assemble, type RateRun } from './rate-runs.ts';
import { rateTable } from './rate-table.ts';
import { openDatabase, reasonOf, type SchemaOptions } from './schema.ts';

/** One flush: what was appended and remembered since the last. */
export interface Batch {
  readonly runs: readonly RateRun[];
  readonly knowledge: readonly Fact[];
}

export interface Fact {
  readonly workload: string;
  readonly name: string;
  /** JSON. */
  readonly value: string;
}

/** How a write went, and what still waits to be written. */
export interface WriteReport {
  readonly error: string | undefined;
  readonly waitingSteps: number;
  readonly droppedSteps: number;
}

/** Steps that wait at most while the disk refuses: 1 h of 1,000 workloads. Then the oldest batches go. */
const MOST_WAITING_STEPS = 240_000;
const PRUNE_EVERY_MS = 3_600_000;
/**
 * The wall clock says what is old, and it may be wrong: set a month ahead it would make all history old at once, and the
 * steps that come in then are stamped by the same clock, so that no comparison with them would tell. A clean-up takes no
 * more than a day; whoever puts the clock right within an hour has lost a day of 28.
 */
const MOST_PRUNED_MS = 86_400_000;

/** What the clocks say. Ages are by the wall clock, as the stamps are; how often something is done is not. */
export interface Now {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/**
 * The file, and in front of it what could not be written yet: a full disk costs durability, not service. Synchronous;
 * runs in a worker so that no tick waits for a disk.
 */
export class HistoryDatabase {
  readonly #database: DatabaseSync;
  readonly #rates: ReturnType<typeof rateTable>;
  readonly #retentionMs: number;
  #waiting: (readonly RateRun[])[] = [];
  /** By workload and name: of what waits only the newest is worth writing, and it is never given up. */
  #facts = new Map<string, Fact>();
  #droppedSteps = 0;
  #prunedAtMs = -Infinity;
  #leftOver = false;
  readonly #onNotice: (message: string) => void;

  constructor(file: string, retentionMs: number, options: SchemaOptions) {
    this.#onNotice = options.onNotice;
    this.#database = openDatabase(file, options);
    this.#rates = rateTable(this.#database);
    this.#retentionMs = retentionMs;
  }

  /** Writes a batch, and before it those that waited, in one transaction. What fails waits for the next call. */
  write(batch: Batch, now: Now): WriteReport {
    if (batch.runs.length > 0) this.#waiting.push(batch.runs);
    for (const fact of batch.knowledge) this.#facts.set(keyOf(fact.workload, fact.name), fact);
    let error: string | undefined;
    try {
      this.#commit({ runs: this.#waiting.flat(), knowledge: [...this.#facts.values()] }, now);
      this.#waiting = [];
      this.#facts.clear();
    } catch (failure) {
      error = reasonOf(failure);
      this.#dropOldest();
    }
    return { error, waitingSteps: stepsIn(this.#waiting), droppedSteps: this.#droppedSteps };
  }

  /** Writes all or nothing, and throws when it cannot: for an import, which has somebody to tell. */
  import(batch: Batch): void {
    this.#commit(batch);
  }

  rates(workload: string, fromMs: number, toMs: number, stepSeconds: number): Float64Array {
    const stepMs = stepSeconds * 1000;
    const waiting = this.#waiting.flat().filter((run) => run.workload === workload);
    const runs = [...this.#rates.read(workload, fromMs, toMs), ...waiting];
    return assemble(runs, Math.floor(fromMs / stepMs), Math.floor(toMs / stepMs), stepSeconds);
  }

  recall(workload: string, name: string): string | undefined {
    const waiting = this.#facts.get(keyOf(workload, name));
    if (waiting !== undefined) return waiting.value;
    const row = this.#database
      .prepare('SELECT value FROM knowledge WHERE workload = ? AND name = ?')
      .get(workload, name);
    return row === undefined ? undefined : String(row.value);
  }

  close(): void {
    this.#database.close();
  }

  #commit({ runs, knowledge }: Batch, now?: Now): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const remember = this.#database.prepare(
        `INSERT INTO knowledge (workload, name, value) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value`,
      );
      this.#rates.write(runs);
      for (const { workload, name, value } of knowledge) remember.run(workload, name, value);
      if (now) this.#prune(now);
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite has already rolled back when the disk was full
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #prune({ wallMs, monotonicMs }: Now): void {
    if (monotonicMs - this.#prunedAtMs < PRUNE_EVERY_MS) return;
    const leftOver = this.#rates.prune(wallMs - this.#retentionMs, MOST_PRUNED_MS);
    this.#prunedAtMs = monotonicMs;
    if (leftOver && !this.#leftOver) {
      this.#onNotice(
        `more than a day of history is older than what is kept, and a day of it goes each hour: it lay unused, or the clock of this machine (${new Date(wallMs).toISOString()}) is wrong and must be put right`,
      );
    }
    this.#leftOver = leftOver;
  }

  #dropOldest(): void {
    while (stepsIn(this.#waiting) > MOST_WAITING_STEPS) {
      this.#droppedSteps += stepsIn(this.#waiting.splice(0, 1));
    }
  }
}

function keyOf(workload: string, name: string): string {
  return JSON.stringify([workload, name]);
}

function stepsIn(batches: readonly (readonly RateRun[])[]): number {
  let steps = 0;
  for (const runs of batches) for (const { rates } of runs) steps += rates.length;
  return steps;
}
