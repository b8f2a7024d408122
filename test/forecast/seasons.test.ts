import test from 'ava';
import { createForecaster, type ForecasterOptions } from '../../controller/forecast/forecaster.ts';
import { bad, misbehaving } from './crafted.ts';
import { daily, request, STEP_SECONDS } from './traffic.ts';

const HOUR = 3600 / STEP_SECONDS;

async function opened(
  use: (forecaster: ReturnType<typeof createForecaster>) => Promise<void>,
  options: ForecasterOptions = {},
): Promise<void> {
  const forecaster = createForecaster({ deadlineMs: 20_000, ...options });
  try {
    await use(forecaster);
  } finally {
    await forecaster.close();
  }
}

/** Load of a period of two hours, of which so many hours are known. */
const load = (hours: number, workload = 'a/Deployment/x') =>
  request(workload, 10_000 * HOUR + hours * HOUR, hours * HOUR, undefined, (step) =>
    daily(step, 2 * HOUR, 40),
  );

test('a workload without a given season has the day at first, and what is found in its history from the next tick on', async (t) => {
  const told: string[] = [];
  await opened(
    async (forecaster) => {
      const [first] = await forecaster.advance([load(16)]);
      t.like(first?.season, { seasonSteps: 24 * HOUR, weekSteps: 168 * HOUR, how: 'assumed' });
      const [second] = await forecaster.advance([load(16)]);
      t.like(second?.season, { seasonSteps: 2 * HOUR, how: 'found' });
      t.is(second?.source, 'champion', 'the series was opened anew from all of its history');
      t.deepEqual(told, [`a/Deployment/x ${2 * HOUR}`]);
    },
    { onSeason: (workload, { seasonSteps }) => told.push(`${workload} ${seasonSteps}`) },
  );
});

test('a season that is given is not looked for', async (t) => {
  await opened(async (forecaster) => {
    for (const _ of [1, 2]) {
      const [answer] = await forecaster.advance([{ ...load(16), seasonSteps: 96 }]);
      t.like(answer?.season, { seasonSteps: 96, how: 'given' });
    }
  });
});

test('below an hour of history nothing is looked for', async (t) => {
  await opened(
    async (forecaster) => {
      const [first] = await forecaster.advance([load(0.9)]);
      const [second] = await forecaster.advance([load(0.9)]);
      t.is(second?.season?.how, 'assumed');
      t.deepEqual(second?.leads, first?.leads);
    },
    { onSeason: () => t.fail('nothing can have been found') },
  );
});

test('many workloads are looked at in turn, a few in each tick, and every one in the end', async (t) => {
  const told = new Set<string>();
  await opened(
    async (forecaster) => {
      const all = Array.from({ length: 8 }, (_, index) => load(16, `a/Deployment/x${index}`));
      for (let tick = 1; tick <= 8; tick++) {
        await forecaster.advance(all);
        if (tick === 1) t.true(told.size > 0 && told.size < 8, `${told.size} in the first tick`);
      }
      t.is(told.size, 8);
    },
    { onSeason: (workload) => told.add(workload), tickSteps: 4000, catchUpSteps: 100_000 },
  );
});

test('a search that traps costs nobody a forecast, and is not repeated at once', async (t) => {
  const failures: string[] = [];
  await opened(
    async (forecaster) => {
      const trapping = (end: number) =>
        request('a/Deployment/x', end, end, undefined, (step) => (step === 0 ? bad.trap : 7));
      // the crafted module traps on that value wherever it meets it: the series starts behind it
      const behind = (end: number) => ({
        ...trapping(end),
        ratesSince: (sinceMs: number) => {
          const rates = trapping(end).ratesSince(sinceMs);
          return sinceMs === Number.NEGATIVE_INFINITY
            ? rates.map((rate) => (rate === bad.trap ? 7 : rate))
            : rates;
        },
      });
      for (const end of [HOUR + 1, HOUR + 2]) {
        const [answer] = await forecaster.advance([behind(end)]);
        t.is(answer?.source, 'champion');
      }
      t.is(failures.length, 1);
      t.regex(failures[0] ?? '', /ModelTrapped a\/Deployment\/x the search for the season/);
    },
    {
      ...(await misbehaving()),
      onFailure: (reason, message, workload) => failures.push(`${reason} ${workload} ${message}`),
    },
  );
});
