import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, HistoryDatabase, type Now } from './history-database.ts';
import { reasonOf, UnusableHistory } from './schema.ts';

export interface WorkerSettings {
  readonly file: string;
  readonly retentionMs: number;
  readonly mostBytes: number | undefined;
}

export type Question =
  | { readonly kind: 'write'; readonly batch: Batch; readonly now: Now }
  | { readonly kind: 'import'; readonly batch: Batch }
  | {
      readonly kind: 'rates';
      readonly workload: string;
      readonly fromMs: number;
      readonly toMs: number;
      readonly stepSeconds: number;
    }
  | { readonly kind: 'recall'; readonly workload: string; readonly name: string }
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'open' }
  | { readonly kind: 'unusable'; readonly message: string }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

/** The worker's side of the history file: one question at a time, in the order asked. */
function serve({ file, retentionMs, mostBytes }: WorkerSettings): void {
  const say = (message: FromWorker) => parentPort?.postMessage(message);
  let database: HistoryDatabase;
  try {
    const onNotice = (message: string) => say({ kind: 'notice', message });
    database = new HistoryDatabase(file, retentionMs, {
      onNotice,
      ...(mostBytes === undefined ? {} : { mostBytes }),
    });
  } catch (error) {
    if (!(error instanceof UnusableHistory)) throw error;
    say({ kind: 'unusable', message: error.message });
    return;
  }
  say({ kind: 'open' });
  parentPort?.on('message', ({ id, question }: { id: number; question: Question }) => {
    try {
      say({ kind: 'answer', id, value: answer(database, question) });
    } catch (error) {
      say({ kind: 'failure', id, message: reasonOf(error) });
    }
    if (question.kind === 'close') parentPort?.close();
  });
}

function answer(database: HistoryDatabase, question: Question): unknown {
  switch (question.kind) {
    case 'write':
      return database.write(question.batch, question.now);
    case 'import':
      return database.import(question.batch);
    case 'rates':
      return database.rates(question.workload, question.fromMs, question.toMs, question.stepSeconds);
    case 'recall':
      return database.recall(question.workload, question.name);
    case 'close':
      return database.close();
  }
}

serve(workerData as WorkerSettings);
