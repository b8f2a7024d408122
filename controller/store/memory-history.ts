import type { History } from '../ports.ts';
import { assemble, type RateRun, runsOf } from './rate-runs.ts';

/** Enough runs of one workload to be worth joining. */
const MOST_RUNS = 256;

/** History that ends with the process: for the demo and for tests. The same contract as the file. */
export function memoryHistory(options: { readonly stepSeconds?: number } = {}): History {
  const stepSeconds = options.stepSeconds ?? 15;
  const runs = new Map<string, RateRun[]>();
  const knowledge = new Map<string, string>();

  return {
    append(workload, steps) {
      const own = [...(runs.get(workload) ?? []), ...runsOf(workload, steps, stepSeconds)];
      runs.set(workload, own.length > MOST_RUNS ? [joined(own)] : own);
    },
    async rates(workload, fromMs, toMs, asked) {
      const stepMs = asked * 1000;
      return assemble(
        runs.get(workload) ?? [],
        Math.floor(fromMs / stepMs),
        Math.floor(toMs / stepMs),
        asked,
      );
    },
    remember(workload, name, value) {
      knowledge.set(JSON.stringify([workload, name]), JSON.stringify(value ?? null));
    },
    async recall(workload, name) {
      const text = knowledge.get(JSON.stringify([workload, name]));
      return text === undefined ? undefined : JSON.parse(text);
    },
    async flush() {},
    async close() {},
  };
}

function joined(own: readonly RateRun[]): RateRun {
  const [{ workload, stepSeconds }] = own as [RateRun];
  const first = Math.min(...own.map((run) => run.first));
  const end = Math.max(...own.map((run) => run.first + run.rates.length));
  return { workload, stepSeconds, first, rates: Float32Array.from(assemble(own, first, end, stepSeconds)) };
}
