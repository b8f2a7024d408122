import type { TestFn } from 'ava';
import fc from 'fast-check';
import type { History } from '../../controller/ports.ts';
import type { Step } from '../../controller/series/step.ts';

export const STEP_SECONDS = 15;
const STEP_MS = STEP_SECONDS * 1000;
const WEB = 'shop/Deployment/web';
/** Not on a block's border: 1,234,567 is no multiple of 240. */
const T0 = STEP_MS * 111_234_567;

export function step(index: number, rps: number): Step {
  return {
    startMs: T0 + index * STEP_MS,
    rps,
    errorRatio: Number.NaN,
    inflight: Number.NaN,
    podsReporting: 1,
    podsExpected: 1,
    flags: [],
  };
}

const at = (index: number) => T0 + index * STEP_MS;
const rates = async (history: History, from: number, to: number, workload = WEB) => [
  ...(await history.rates(workload, at(from), at(to), STEP_SECONDS)),
];

/** What every History promises; `open` gives an empty one, with steps of 15 s. */
export function historyConformance(
  test: TestFn,
  name: string,
  open: (onClose: (task: () => Promise<void>) => void) => Promise<History>,
): void {
  const promise = (
    behaviour: string,
    run: (t: import('ava').ExecutionContext, history: History) => Promise<void>,
  ) =>
    test(`${name}: ${behaviour}`, async (t) => {
      const tasks: (() => Promise<void>)[] = [];
      const history = await open((task) => tasks.push(task));
      try {
        await run(t, history);
      } finally {
        await history.close();
        for (const task of tasks) await task();
      }
    });

  promise('nothing known is NaN, not zero', async (t, history) => {
    t.deepEqual(await rates(history, 0, 3), [Number.NaN, Number.NaN, Number.NaN]);
  });

  promise('what was appended is read at once, without a flush', async (t, history) => {
    history.append(WEB, [step(0, 1), step(1, 0), step(2, 3)]);
    t.deepEqual(await rates(history, 0, 3), [1, 0, 3]);
  });

  promise('gaps and missing rates are NaN', async (t, history) => {
    history.append(WEB, [step(0, 1), step(1, Number.NaN), step(4, 5)]);
    t.deepEqual(await rates(history, -1, 6), [
      Number.NaN,
      1,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      5,
      Number.NaN,
    ]);
  });

  promise('an interval is half open, and an empty one is empty', async (t, history) => {
    history.append(WEB, [step(0, 1), step(1, 2), step(2, 3)]);
    t.deepEqual(await rates(history, 1, 2), [2]);
    t.deepEqual(await rates(history, 2, 2), []);
    t.deepEqual(await rates(history, 2, 1), []);
  });

  promise('a later figure replaces an earlier one, a missing one replaces nothing', async (t, history) => {
    history.append(WEB, [step(0, 1), step(1, 2)]);
    history.append(WEB, [step(0, 7), step(1, Number.NaN)]);
    await history.flush();
    history.append(WEB, [step(1, Number.NaN)]);
    t.deepEqual(await rates(history, 0, 2), [7, 2]);
  });

  promise('steps may come in any order and far apart', async (t, history) => {
    history.append(WEB, [step(1000, 4), step(0, 1), step(500, 3)]);
    const all = await rates(history, 0, 1001);
    t.deepEqual([all[0], all[500], all[1000]], [1, 3, 4]);
    t.is(all.filter((rate) => !Number.isNaN(rate)).length, 3);
  });

  promise('workloads are apart', async (t, history) => {
    history.append(WEB, [step(0, 1)]);
    history.append('shop/Deployment/api', [step(0, 2)]);
    t.deepEqual(await rates(history, 0, 1), [1]);
    t.deepEqual(await rates(history, 0, 1, 'shop/Deployment/api'), [2]);
    t.deepEqual(await rates(history, 0, 1, 'shop/Deployment/none'), [Number.NaN]);
  });

  promise('rates are kept as 32-bit figures', async (t, history) => {
    history.append(WEB, [step(0, 123.456)]);
    t.deepEqual(await rates(history, 0, 1), [Math.fround(123.456)]);
  });

  promise('history kept on another step is brought to the step asked for', async (t, history) => {
    const from = Math.ceil(T0 / 60_000) * 4 - T0 / STEP_MS;
    history.append(
      WEB,
      Array.from({ length: 8 }, (_, index) => step(from + index, index < 4 ? 10 : 30)),
    );
    t.deepEqual([...(await history.rates(WEB, at(from), at(from + 8), 60))], [10, 30]);
    const finer = [...(await history.rates(WEB, at(from), at(from + 1), 5))];
    t.is(finer.length, 3);
    t.true(Math.abs(finer.reduce((sum, rate) => sum + rate / 3, 0) - 10) < 1e-5);
  });

  promise('what was learned is recalled, the newest of a name', async (t, history) => {
    t.is(await history.recall(WEB, 'capacity'), undefined);
    history.remember(WEB, 'capacity', { rps: 1 });
    history.remember(WEB, 'capacity', { rps: 2, seen: [1, null, 'x'] });
    history.remember(WEB, 'lead-time', 20);
    t.deepEqual(await history.recall(WEB, 'capacity'), { rps: 2, seen: [1, null, 'x'] });
    await history.flush();
    history.remember(WEB, 'capacity', undefined);
    t.is(await history.recall(WEB, 'capacity'), null);
    t.is(await history.recall(WEB, 'lead-time'), 20);
    t.is(await history.recall('shop/Deployment/api', 'capacity'), undefined);
  });

  promise(
    'whatever is appended in whatever pieces, the last known figure of each step is read',
    async (t, history) => {
      const figure = fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 100_000 }));
      const piece = fc.record({
        first: fc.integer({ min: 0, max: 700 }),
        figures: fc.array(figure, { maxLength: 300 }),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(piece, fc.boolean()), { maxLength: 6 }), async (pieces) => {
          const workload = `shop/Deployment/w${run++}`;
          const model = new Float64Array(1000).fill(Number.NaN);
          for (const [{ first, figures }, flush] of pieces) {
            history.append(
              workload,
              figures.map((rps, index) => step(first + index, rps)),
            );
            for (const [index, rps] of figures.entries()) if (!Number.isNaN(rps)) model[first + index] = rps;
            if (flush) await history.flush();
          }
          t.deepEqual(await rates(history, 0, 1000, workload), [...model]);
        }),
        { numRuns: 40 },
      );
    },
  );

  promise('closing twice is closing once', async (t, history) => {
    history.append(WEB, [step(0, 1)]);
    await history.close();
    await t.notThrowsAsync(history.close());
  });
}
