import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { CompiledModule } from '../../assembly/pkg/forecaster.js';
import type { Clock } from '../clock.ts';
import type { Batch, BatchAnswer, WorkerSeed } from './batch.ts';

export interface WorkerLinkOptions {
  readonly module: CompiledModule;
  readonly clock: Clock;
  /** Limit of the worker's JavaScript heap; the module's own memory has its limit in the module. */
  readonly heapMb: number;
  /** The thread's program. */
  readonly worker: URL;
}

export type LinkResult =
  | { readonly kind: 'answered'; readonly answer: BatchAnswer }
  /** The thread was not up yet; nothing was sent and nothing is lost. */
  | { readonly kind: 'starting' }
  /** The thread was ended, and a new one, which knows nothing, started. `item`: the index it was at, -1 unknown. */
  | { readonly kind: 'timedOut' | 'crashed'; readonly item: number; readonly message: string };

/** How long a thread may take to come up before it counts as crashed: a loaded machine is slow, not broken. */
const STARTUP_MS = 30_000;

/** One worker at a time, replaced when it hangs or dies. One batch is in flight at a time: the caller sees to it. */
export class WorkerLink {
  readonly #options: WorkerLinkOptions;
  #thread: Thread;
  #restarts = 0;
  #closed = false;

  constructor(options: WorkerLinkOptions) {
    this.#options = options;
    this.#thread = startThread(options);
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Sends and waits, `deadlineMs` at most, also for a thread that is still starting. Never rejects. */
  async send(batch: Batch, deadlineMs: number): Promise<LinkResult> {
    const timer = new AbortController();
    const deadline = this.#options.clock.sleep(deadlineMs, timer.signal).then(
      () => 'deadline' as const,
      () => 'deadline' as const,
    );
    try {
      return await this.#sendBefore(batch, deadline, deadlineMs);
    } finally {
      timer.abort();
    }
  }

  async #sendBefore(batch: Batch, deadline: Promise<'deadline'>, deadlineMs: number): Promise<LinkResult> {
    const thread = this.#thread;
    const up = await Promise.race([thread.ready, thread.gone, deadline]);
    if (up === 'deadline' && !thread.isUp()) {
      if (this.#options.clock.monotonicMs() - thread.startedMs < STARTUP_MS) return { kind: 'starting' };
      return this.#replace('crashed', `the worker did not start within ${STARTUP_MS} ms`);
    }
    if (typeof up === 'object') return this.#replace('crashed', up.message);
    const answered = thread.answer(batch);
    const first = await Promise.race([answered, thread.gone, deadline]);
    const result = first === 'deadline' ? (thread.arrived(batch.id) ?? first) : first;
    if (result === 'deadline') {
      return this.#replace('timedOut', `the worker gave no answer within ${deadlineMs} ms`);
    }
    if ('message' in result) return this.#replace('crashed', result.message);
    return { kind: 'answered', answer: result };
  }

  #replace(kind: 'timedOut' | 'crashed', message: string): LinkResult {
    const item = Atomics.load(this.#thread.progress, 0);
    void this.#thread.worker.terminate();
    if (!this.#closed) {
      this.#restarts++;
      this.#thread = startThread(this.#options);
    }
    return { kind, item, message };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.worker.terminate();
  }
}

interface Thread {
  readonly worker: Worker;
  readonly startedMs: number;
  readonly progress: Int32Array;
  readonly ready: Promise<'ready'>;
  /** Resolves when the thread ended, for whatever reason. */
  readonly gone: Promise<{ readonly message: string }>;
  isUp(): boolean;
  answer(batch: Batch): Promise<BatchAnswer>;
  /** An answer that is here but was not seen yet because this thread was busy: its own fault, not the worker's. */
  arrived(id: number): BatchAnswer | undefined;
}

function startThread({ module, clock, heapMb, worker: program }: WorkerLinkOptions): Thread {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const progress = new SharedArrayBuffer(4);
  const inWork = new Int32Array(progress).fill(-1);
  const seed: WorkerSeed = { module, progress, port: theirs };
  const worker = new Worker(program, {
    name: 'forecast',
    workerData: seed,
    transferList: [theirs],
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 },
  });
  const answers = new Map<number, BatchAnswer>();
  const waiting = new Map<number, (answer: BatchAnswer) => void>();
  const ready = Promise.withResolvers<'ready'>();
  const gone = Promise.withResolvers<{ message: string }>();
  let up = false;
  const receive = (message: 'ready' | BatchAnswer): void => {
    if (message === 'ready') {
      up = true;
      ready.resolve('ready');
      return;
    }
    answers.set(message.id, message);
    waiting.get(message.id)?.(message);
  };
  const drain = (): void => {
    for (let next = receiveMessageOnPort(ours); next; next = receiveMessageOnPort(ours))
      receive(next.message);
  };
  ours.on('message', receive);
  worker.on('error', (error) => gone.resolve({ message: `the worker failed: ${String(error)}` }));
  worker.on('exit', (code) => {
    ours.close();
    gone.resolve({ message: `the worker ended with code ${code}` });
  });
  return {
    worker,
    startedMs: clock.monotonicMs(),
    progress: inWork,
    ready: ready.promise,
    gone: gone.promise,
    isUp: () => {
      drain();
      return up;
    },
    answer: async (batch) => {
      const { promise, resolve } = Promise.withResolvers<BatchAnswer>();
      waiting.set(batch.id, resolve);
      ours.postMessage(batch, [batch.rates.buffer]);
      const answer = await promise;
      waiting.delete(batch.id);
      answers.delete(batch.id);
      return answer;
    },
    arrived: (id) => {
      drain();
      return answers.get(id);
    },
  };
}
