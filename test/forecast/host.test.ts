import { readFileSync } from 'node:fs';
import test from 'ava';
import { Forecaster } from '../../assembly/pkg/forecaster.js';
import type { Forecast } from '../../controller/forecast/forecast.ts';
import { createForecaster, type ForecasterOptions } from '../../controller/forecast/forecaster.ts';
import { daily, fault, request, STEP_SECONDS } from './traffic.ts';

const core = readFileSync(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url));

async function opened<T>(
  use: (forecaster: ReturnType<typeof createForecaster>) => Promise<T>,
  options: ForecasterOptions = {},
): Promise<T> {
  const forecaster = createForecaster({ deadlineMs: 10_000, ...options });
  try {
    return await use(forecaster);
  } finally {
    await forecaster.close();
  }
}

/** What the core itself says after these rates. */
function direct(rates: Float64Array, seasonSteps: number, weekSteps = 0): number[] {
  const forecaster = new Forecaster(core);
  const handle = forecaster.open(seasonSteps, weekSteps);
  forecaster.pushMany(handle, rates);
  return [...forecaster.forecast(handle), ...forecaster.peaks(handle)];
}

const flat = (forecast: Forecast | undefined): number[] =>
  [...(forecast?.leads ?? []), ...(forecast?.peaks ?? [])].flatMap(({ mean, p50, p90, p95, p99 }) => [
    mean,
    p50,
    p90,
    p95,
    p99,
  ]);

const rates = (from: number, to: number, seasonSteps: number): Float64Array =>
  Float64Array.from({ length: to - from }, (_, index) => daily(from + index, seasonSteps, 40));

const load = (workload: string, end: number, length: number, seasonSteps: number) =>
  request(workload, end, length, seasonSteps, (step) => daily(step, seasonSteps, 40));

test('the forecast is what the core says for all of the history, and says which module made it', async (t) => {
  await opened(async (forecaster) => {
    const [answer] = await forecaster.advance([load('a/Deployment/x', 600, 600, 96)]);
    t.is(fault(answer), undefined);
    t.is(answer?.source, 'champion');
    t.is(answer?.model, forecaster.stats().digest ?? '');
    t.is(answer?.originMs, 600 * STEP_SECONDS * 1000);
    t.deepEqual(flat(answer), direct(rates(0, 600, 96), 96));
  });
});

test('step by step gives bit for bit what a fresh start from the same history gives', async (t) => {
  await opened(async (forecaster) => {
    let last: Forecast | undefined;
    for (let end = 300; end <= 340; end++) {
      [last] = await forecaster.advance([load('a/Deployment/x', end, end, 96)]);
    }
    t.deepEqual(flat(last), direct(rates(0, 340, 96), 96));
    const [again] = await forecaster.advance([load('a/Deployment/x', 340, 340, 96)]);
    t.deepEqual(flat(again), flat(last), 'the same origin again changes nothing');
  });
});

test('steps that were skipped are caught up with; those the ring has lost are missing', async (t) => {
  await opened(async (forecaster) => {
    await forecaster.advance([load('a/Deployment/x', 300, 300, 96)]);
    const [whole] = await forecaster.advance([load('a/Deployment/x', 320, 320, 96)]);
    t.deepEqual(flat(whole), direct(rates(0, 320, 96), 96));
    const [cut] = await forecaster.advance([load('a/Deployment/x', 340, 5, 96)]);
    const missing = new Float64Array(15).fill(Number.NaN);
    t.deepEqual(
      flat(cut),
      direct(Float64Array.of(...rates(0, 320, 96), ...missing, ...rates(335, 340, 96)), 96),
    );
  });
});

test('another season, or time going back, starts the series again from history', async (t) => {
  await opened(async (forecaster) => {
    await forecaster.advance([load('a/Deployment/x', 400, 400, 96)]);
    const [other] = await forecaster.advance([load('a/Deployment/x', 401, 401, 48)]);
    t.deepEqual(flat(other), direct(rates(0, 401, 48), 48));
    const [back] = await forecaster.advance([load('a/Deployment/x', 350, 350, 48)]);
    t.deepEqual(flat(back), direct(rates(0, 350, 48), 48));
    t.is(forecaster.stats().series, 1);
  });
});

test('a season of a day has a weekly model beside it', async (t) => {
  const day = 86_400 / STEP_SECONDS;
  await opened(async (forecaster) => {
    const [answer] = await forecaster.advance([load('a/Deployment/x', day + 50, day + 50, day)]);
    t.deepEqual(flat(answer), direct(rates(0, day + 50, day), day, 7 * day));
  });
});

test('too little history: a baseline answers and says so, then the core takes over', async (t) => {
  await opened(async (forecaster) => {
    const [early] = await forecaster.advance([load('a/Deployment/x', 59, 59, 96)]);
    t.is(early?.fallbackReason, 'ModelWarmingUp');
    t.is(early?.source, 'conservative');
    const [later] = await forecaster.advance([load('a/Deployment/x', 60, 60, 96)]);
    t.is(later?.source, 'champion');
  });
});

test('long histories do not hold up a tick: they are consumed between ticks, then the core answers', async (t) => {
  await opened(
    async (forecaster) => {
      const names = ['a', 'b', 'c', 'd'].map((name) => `a/Deployment/${name}`);
      const tick = (end: number) => forecaster.advance(names.map((name) => load(name, end, end, 96)));
      const first = await tick(1_000);
      t.deepEqual(
        first.map(({ fallbackReason }) => fallbackReason),
        Array(4).fill('ModelWarmingUp'),
        'none fits into 500 steps',
      );
      let last = first;
      let end = 1_000;
      while (end < 1_100 && last.some(({ source }) => source !== 'champion')) last = await tick(++end);
      t.true(end < 1_100);
      t.is(forecaster.stats().behind, 0);
      for (const answer of last) t.deepEqual(flat(answer), direct(rates(0, end, 96), 96));
    },
    { tickSteps: 500, catchUpSteps: 300 },
  );
});

test('a workload that is all missing is answered with zeros until something is known, then from its history', async (t) => {
  await opened(async (forecaster) => {
    const silent = request('a/Deployment/x', 200, 200, 96, () => Number.NaN);
    const [nothing] = await forecaster.advance([silent]);
    t.is(fault(nothing), undefined);
    t.is(nothing?.source, 'conservative');
    const [loaded] = await forecaster.advance([load('a/Deployment/x', 201, 201, 96)]);
    t.deepEqual(flat(loaded), direct(rates(0, 201, 96), 96), 'history that came late is used');
  });
});

test('a ring that throws costs only its own workload', async (t) => {
  await opened(async (forecaster) => {
    const broken = {
      ...load('a/Deployment/broken', 300, 300, 96),
      ratesSince: () => {
        throw new Error('the ring is broken');
      },
    };
    const [answer, good] = await forecaster.advance([broken, load('a/Deployment/good', 300, 300, 96)]);
    t.is(fault(answer), undefined);
    t.is(answer?.source, 'conservative');
    t.is(good?.source, 'champion');
  });
});

test('workloads that nobody asks about any more give their series back', async (t) => {
  await opened(async (forecaster) => {
    await forecaster.advance([load('a/Deployment/x', 300, 300, 96), load('a/Deployment/y', 300, 300, 96)]);
    t.is(forecaster.stats().series, 2);
    await forecaster.advance([load('a/Deployment/y', 600, 600, 96)]);
    t.is(forecaster.stats().series, 1);
  });
});

test('500 workloads are answered in one message, far inside a tick', async (t) => {
  await opened(
    async (forecaster) => {
      const names = Array.from({ length: 500 }, (_, index) => `a/Deployment/w${index}`);
      const tick = (end: number) => forecaster.advance(names.map((name) => load(name, end, 80, 240)));
      await tick(200);
      const took: number[] = [];
      for (let end = 201; end <= 260; end++) {
        const startedMs = performance.now();
        const answers = await tick(end);
        took.push(performance.now() - startedMs);
        t.true(answers.every((answer) => fault(answer) === undefined && answer.source === 'champion'));
      }
      took.sort((a, b) => a - b);
      t.log(`median ${took[30]?.toFixed(1)} ms, worst of 60 ${took.at(-1)?.toFixed(1)} ms`);
      t.true((took[30] ?? Number.NaN) < 200);
    },
    { minKnownSteps: 10 },
  );
});
