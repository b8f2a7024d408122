import { workerData } from 'node:worker_threads';
import { type CompiledModule, Forecaster } from '../../assembly/pkg/forecaster.js';
import {
  ANSWER_FIGURES,
  type Batch,
  type BatchAnswer,
  type Item,
  type ItemOutcome,
  LEAD_FIGURES,
  type WorkerSeed,
} from './batch.ts';
import { feedTold } from './feed-told.ts';

/**
 * Hosts the core for all workloads in a thread of its own. A trap costs only the workload it came from: its series is
 * closed, and the host opens it anew. Whatever else goes wrong ends the thread, and the host starts another.
 */
const { module, progress, port } = workerData as WorkerSeed;
const forecaster = new Forecaster(module as CompiledModule);
const inWork = new Int32Array(progress);
const handles = new Map<number, number>();

function handleOf(item: Item): number {
  if (item.open) {
    close(item.series);
    const handle = forecaster.open(item.open.seasonSteps, item.open.weekSteps);
    if (handle <= 0) {
      throw new RangeError(
        `no series of ${item.open.seasonSteps} steps could be opened: the season must be 2 to 100,000 steps, and the memory ` +
          `(${forecaster.memoryBytes()} bytes) below its limit`,
      );
    }
    handles.set(item.series, handle);
  }
  const handle = handles.get(item.series);
  if (handle === undefined) throw new RangeError('the series is not open');
  return handle;
}

function close(series: number): void {
  const handle = handles.get(series);
  if (handle === undefined) return;
  handles.delete(series);
  try {
    forecaster.close(handle);
  } catch {
    // a module that traps on close keeps the memory; its limit bounds the loss
  }
}

function answer(item: Item, rates: Float64Array, figures: Float64Array): ItemOutcome {
  try {
    const handle = handleOf(item);
    if (feedTold(forecaster, handle, rates, item.told) < 0) throw new RangeError('the series is not open');
    forecaster.forecast(handle, figures.subarray(0, LEAD_FIGURES));
    forecaster.peaks(handle, figures.subarray(LEAD_FIGURES));
    return { kind: 'answered', known: forecaster.counts(handle).known };
  } catch (error) {
    close(item.series);
    return { kind: 'failed', message: String(error) };
  }
}

function search(rates: Float64Array, stepSeconds: number): ItemOutcome {
  try {
    return { kind: 'searched', detection: forecaster.detect(rates, stepSeconds) };
  } catch (error) {
    return { kind: 'failed', message: String(error) };
  }
}

function answerAll(batch: Batch): BatchAnswer {
  for (const series of batch.closed) close(series);
  const figures = new Float64Array(batch.items.length * ANSWER_FIGURES);
  const outcomes: ItemOutcome[] = [];
  let from = 0;
  for (const [index, item] of batch.items.entries()) {
    Atomics.store(inWork, 0, index);
    const own = figures.subarray(index * ANSWER_FIGURES, (index + 1) * ANSWER_FIGURES);
    const rates = batch.rates.subarray(from, from + item.count);
    const { searchStepSeconds } = item;
    outcomes.push(searchStepSeconds ? search(rates, searchStepSeconds) : answer(item, rates, own));
    from += item.count;
  }
  Atomics.store(inWork, 0, -1);
  return { id: batch.id, outcomes, figures };
}

port.on('message', (batch: Batch) => {
  const answered = answerAll(batch);
  port.postMessage(answered, [answered.figures.buffer]);
});
port.postMessage('ready');
