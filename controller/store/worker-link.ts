import { Worker } from 'node:worker_threads';
import type { FromWorker, Question, WorkerSettings } from './history-worker.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const SCRIPT = new URL('./history-worker.ts', import.meta.url);

/** Questions to the worker that holds the file. A worker that died is started anew by the next question. */
export class WorkerLink {
  readonly #script: URL;
  readonly #settings: WorkerSettings;
  readonly #onNotice: (message: string) => void;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Promise<Worker> | undefined;
  #lastId = 0;
  #restarts = -1;
  #closed = false;

  constructor(settings: WorkerSettings, onNotice: (message: string) => void, script = SCRIPT) {
    this.#script = script;
    this.#settings = settings;
    this.#onNotice = onNotice;
  }

  /** How often a worker had to be started again. */
  get restarts(): number {
    return Math.max(0, this.#restarts);
  }

  /** Starts the worker; rejects when the file cannot be used, with the message to show. */
  async open(): Promise<void> {
    await this.#started();
  }

  async ask(question: Question): Promise<unknown> {
    if (this.#closed) throw new Error(`history file ${this.#settings.file}: is closed`);
    this.#closed = question.kind === 'close';
    const worker = await this.#started();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, question });
    });
  }

  #started(): Promise<Worker> {
    this.#worker ??= this.#start();
    return this.#worker;
  }

  #start(): Promise<Worker> {
    this.#restarts++;
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#script, {
        workerData: this.#settings,
        execArgv: ['--disable-warning=ExperimentalWarning'],
      });
      let isGone = false;
      const gone = (error: Error) => {
        if (isGone) return; // a worker that dies says so twice, and by then there may be another
        isGone = true;
        this.#worker = undefined;
        reject(error);
        for (const { reject: refuse } of this.#waiting.values()) refuse(error);
        this.#waiting.clear();
      };
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'open') resolve(worker);
        else if (message.kind === 'unusable') gone(new Error(message.message));
        else this.#take(message);
      });
      worker.once('error', (error) => gone(error instanceof Error ? error : new Error(String(error))));
      worker.once('exit', () => gone(new Error(`history file ${this.#settings.file}: its worker ended`)));
    });
  }

  #take(message: FromWorker): void {
    if (message.kind === 'notice') this.#onNotice(message.message);
    if (message.kind !== 'answer' && message.kind !== 'failure') return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.value);
    else waiting?.reject(new Error(message.message));
  }
}
