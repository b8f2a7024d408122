import type { History } from '../../controller/ports.ts';
import type { Step } from '../../controller/series/step.ts';

/** Remembers in memory what it was given; `past` answers for rates before the test began. */
export function fakeHistory(past: (atMs: number) => number = () => Number.NaN) {
  const appended = new Map<string, Step[]>();
  const remembered = new Map<string, unknown>();
  const history: History & {
    readonly appended: Map<string, Step[]>;
    readonly remembered: Map<string, unknown>;
  } = {
    appended,
    remembered,
    append: (workload, steps) => void appended.set(workload, [...(appended.get(workload) ?? []), ...steps]),
    rates: async (_workload, fromMs, toMs, stepSeconds) => {
      const stepMs = stepSeconds * 1000;
      return Float64Array.from({ length: Math.max(0, (toMs - fromMs) / stepMs) }, (_, index) =>
        past(fromMs + index * stepMs),
      );
    },
    remember: (workload, name, value) => void remembered.set(`${workload} ${name}`, structuredClone(value)),
    recall: async (workload, name) => remembered.get(`${workload} ${name}`),
    flush: async () => {},
    close: async () => {},
  };
  return history;
}
