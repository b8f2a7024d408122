import { BadInput } from '../cli/bad-input.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { History } from '../ports.ts';
import type { Step } from '../series/step.ts';
import type { Trace } from '../series/trace.ts';
import type { Batch, Fact, WriteReport } from './history-database.ts';
import { type RateRun, runsOf } from './rate-runs.ts';
import { WorkerLink } from './worker-link.ts';

export interface HistoryOptions {
  /** The SQLite file; made, with its directory, when there is none. */
  readonly path: string;
  /** Length of the steps that are appended. @default 15 */
  readonly stepSeconds?: number;
  readonly clock?: Clock;
  /** Appended steps wait this long to be written together. @default 5000 */
  readonly flushMs?: number;
  /** @default 28 */
  readonly retentionDays?: number;
  /** The file grows no further than this; default: as far as the disk allows. */
  readonly mostBytes?: number;
  /** Told before an older file is changed. */
  readonly onNotice?: (message: string) => void;
}

export interface HistoryStats {
  /** The last write or read went well. */
  readonly healthy: boolean;
  readonly lastError: string | undefined;
  readonly writes: number;
  readonly failedWrites: number;
  readonly failedReads: number;
  /** Steps that a failing disk keeps in memory, and those that were given up. */
  readonly waitingSteps: number;
  readonly droppedSteps: number;
  readonly restarts: number;
}

export interface StoredHistory extends History {
  /** Writes a whole trace in one transaction; rejects, with nothing written, when it cannot. */
  import(workload: string, trace: Trace): Promise<void>;
  stats(): HistoryStats;
}

/**
 * History in an SQLite file that one worker thread reads and writes. Rejects with BadInput when the file is damaged,
 * newer, of another program or not writable; it is then left as it is. Once open it never throws at the tick: a disk
 * that refuses is counted in `stats`, and the newest steps wait in memory. A read that fails rejects: not to know what
 * is there is not to know that nothing is.
 */
export async function openHistory(options: HistoryOptions): Promise<StoredHistory> {
  const retentionMs = (options.retentionDays ?? 28) * 86_400_000;
  const settings = { file: options.path, retentionMs, mostBytes: options.mostBytes };
  const link = new WorkerLink(settings, options.onNotice ?? (() => {}));
  try {
    await link.open();
  } catch (error) {
    throw new BadInput(error instanceof Error ? error.message : String(error));
  }
  return new FileHistory(link, options);
}

class FileHistory implements StoredHistory {
  readonly #link: WorkerLink;
  readonly #clock: Clock;
  readonly #stepSeconds: number;
  readonly #flushMs: number;
  #runs: RateRun[] = [];
  /** By workload and name: only the newest of a name is worth writing. */
  #facts = new Map<string, Fact>();
  #timer: AbortController | undefined;
  #closing: Promise<void> | undefined;
  #stats = {
    lastError: undefined as string | undefined,
    writes: 0,
    failedWrites: 0,
    failedReads: 0,
    waitingSteps: 0,
    droppedSteps: 0,
  };

  constructor(link: WorkerLink, options: HistoryOptions) {
    this.#link = link;
    this.#clock = options.clock ?? systemClock;
    this.#stepSeconds = options.stepSeconds ?? 15;
    this.#flushMs = options.flushMs ?? 5_000;
  }

  append(workload: string, steps: readonly Step[]): void {
    const runs = runsOf(workload, steps, this.#stepSeconds);
    if (runs.length === 0) return;
    this.#runs.push(...runs);
    this.#flushLater();
  }

  remember(workload: string, name: string, value: unknown): void {
    const fact = { workload, name, value: JSON.stringify(value ?? null) };
    this.#facts.set(JSON.stringify([workload, name]), fact);
    this.#flushLater();
  }

  async rates(workload: string, fromMs: number, toMs: number, stepSeconds: number): Promise<Float64Array> {
    void this.#write(); // the worker answers in order: what was appended is read
    return this.#read<Float64Array>({ kind: 'rates', workload, fromMs, toMs, stepSeconds });
  }

  async recall(workload: string, name: string): Promise<unknown> {
    void this.#write();
    const text = await this.#read<string | undefined>({ kind: 'recall', workload, name });
    return text === undefined ? undefined : JSON.parse(text);
  }

  async import(workload: string, trace: Trace): Promise<void> {
    const first = Math.round(trace.startMs / (trace.stepSeconds * 1000));
    const rates = Float32Array.from(trace.values);
    const run = { workload, stepSeconds: trace.stepSeconds, first, rates };
    await this.#link.ask({ kind: 'import', batch: { runs: [run], knowledge: [] } });
  }

  /** Resolves when everything given before was written, or could not be: `stats` says which. */
  flush(): Promise<void> {
    return this.#write();
  }

  close(): Promise<void> {
    this.#closing ??= this.#write().then(async () => {
      await this.#link.ask({ kind: 'close' }).catch(() => {});
    });
    return this.#closing;
  }

  stats(): HistoryStats {
    return { healthy: this.#stats.lastError === undefined, ...this.#stats, restarts: this.#link.restarts };
  }

  #flushLater(): void {
    if (this.#timer !== undefined || this.#closing !== undefined) return;
    this.#timer = new AbortController();
    this.#clock.sleep(this.#flushMs, this.#timer.signal).then(
      () => this.#write(),
      () => {},
    );
  }

  async #write(): Promise<void> {
    this.#timer?.abort();
    this.#timer = undefined;
    const batch: Batch = { runs: this.#runs, knowledge: [...this.#facts.values()] };
    if (batch.runs.length + batch.knowledge.length === 0 && this.#stats.waitingSteps === 0) return;
    this.#runs = [];
    this.#facts.clear();
    try {
      const now = { wallMs: this.#clock.wallMs(), monotonicMs: this.#clock.monotonicMs() };
      const question = { kind: 'write', batch, now } as const;
      const { error, waitingSteps, droppedSteps } = (await this.#link.ask(question)) as WriteReport;
      Object.assign(this.#stats, { lastError: error, waitingSteps, droppedSteps });
    } catch (error) {
      // the worker itself is gone, and the batch with it
      this.#stats.lastError = error instanceof Error ? error.message : String(error);
      for (const { rates } of batch.runs) this.#stats.droppedSteps += rates.length;
    }
    if (this.#stats.lastError === undefined) this.#stats.writes++;
    else this.#stats.failedWrites++;
  }

  async #read<T>(question: Parameters<WorkerLink['ask']>[0]): Promise<T> {
    try {
      return (await this.#link.ask(question)) as T;
    } catch (error) {
      this.#stats.failedReads++;
      this.#stats.lastError = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }
}
