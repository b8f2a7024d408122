import test, { type ExecutionContext } from 'ava';
import { ABI } from '../../assembly/pkg/forecaster.js';
import type { Clock } from '../../controller/clock.ts';
import { systemClock } from '../../controller/clock.ts';
import { createForecaster, type ForecasterOptions } from '../../controller/forecast/forecaster.ts';
import type { FallbackReason } from '../../controller/forecast/quarantine.ts';
import { bad, type Crafted, misbehaving, ofAnotherAbi, REFUSED_SEASON } from './crafted.ts';
import { fault, request } from './traffic.ts';

const crafted: Promise<Crafted> = misbehaving();

async function withForecaster(
  options: ForecasterOptions,
  use: (forecaster: ReturnType<typeof createForecaster>) => Promise<void>,
): Promise<void> {
  const forecaster = createForecaster({ ...(await crafted), deadlineMs: 5_000, ...options });
  try {
    await use(forecaster);
  } finally {
    await forecaster.close();
  }
}

/** A tick of the good workload and of one whose newest value is `value`. */
function tick(end: number, value: number, seasonSteps = 48) {
  return [
    request('a/Deployment/good', end, 60, 48, () => 5),
    request('a/Deployment/bad', end, 60, seasonSteps, (step) => (step === end - 1 ? value : 7)),
  ];
}

/** One bad tick, then good ones. */
const costsOnlyItsOwn = test.macro({
  async exec(t: ExecutionContext, value: number, reason: FallbackReason) {
    await withForecaster({}, async (forecaster) => {
      const [good, spoilt] = await forecaster.advance(tick(100, value));
      t.is(good?.source, 'champion', 'the other workload is answered by the core');
      t.is(good?.leads[29]?.p99, 5);
      t.is(fault(spoilt), undefined);
      t.not(spoilt?.source, 'champion', 'the fallback answers in the same tick');
      t.is(spoilt?.fallbackReason, reason);
      t.is(forecaster.stats().fallbacks[reason], 1);
      t.is(forecaster.stats().restarts, 0);

      const [still, recovered] = await forecaster.advance(tick(101, 7));
      t.is(still?.source, 'champion');
      t.is(recovered?.source, 'champion', 'it recovers without a restart');
      t.is(recovered?.leads[0]?.p50, 7);
      t.is(forecaster.stats().quarantined, 0);
    });
  },
  title: (name = '') => `a workload whose series ${name} costs only its own forecast, in that tick`,
});

test('traps', costsOnlyItsOwn, bad.trap, 'ModelTrapped');
test('grows the memory to its limit and traps', costsOnlyItsOwn, bad.growToTheLimit, 'ModelTrapped');
test('recurses without end', costsOnlyItsOwn, bad.recurse, 'ModelTrapped');
test('answers from outside the memory', costsOnlyItsOwn, bad.outOfBounds, 'ModelTrapped');
test('answers NaN', costsOnlyItsOwn, bad.notANumber, 'ModelNotFinite');
test('answers infinity', costsOnlyItsOwn, bad.infinite, 'ModelNotFinite');
test('answers a negative rate', costsOnlyItsOwn, bad.negative, 'ModelNotFinite');
test('answers a million million requests', costsOnlyItsOwn, bad.absurd, 'ModelImplausible');
test('answers quantiles out of order', costsOnlyItsOwn, bad.disorder, 'ModelNotFinite');

test('a season that the core refuses to open costs only its own workload', async (t) => {
  await withForecaster({}, async (forecaster) => {
    const [good, refused] = await forecaster.advance(tick(100, 7, REFUSED_SEASON));
    t.is(good?.source, 'champion');
    t.is(refused?.fallbackReason, 'ModelTrapped');
    t.is(fault(refused), undefined);
  });
});

test('a hang is ended at the deadline: all are answered by the fallback in that tick, and the core is back after it', async (t) => {
  const failures: (string | undefined)[] = [];
  const options: ForecasterOptions = {
    deadlineMs: 700,
    onFailure: (reason, _message, workload) => failures.push(`${reason} ${workload}`),
  };
  await withForecaster(options, async (forecaster) => {
    await settled(forecaster);
    failures.length = 0;
    const startedMs = systemClock.monotonicMs();
    const answers = await forecaster.advance(tick(101, bad.hang));
    const tookMs = systemClock.monotonicMs() - startedMs;
    t.true(tookMs < 3_000, `${tookMs} ms`);
    t.deepEqual(
      answers.map(({ fallbackReason }) => fallbackReason),
      ['ModelTimedOut', 'ModelTimedOut'],
    );
    for (const answer of answers) t.is(fault(answer), undefined);
    t.is(failures[0], 'ModelTimedOut a/Deployment/bad', 'the one in work is named');
    await settled(forecaster, 102);
    const [good, recovered] = await forecaster.advance(tick(120, 7));
    t.is(good?.source, 'champion');
    t.is(recovered?.source, 'champion');
    t.true(forecaster.stats().restarts >= 1);
  });
});

/** Ticks until the worker answers both, 40 tries at most. */
async function settled(forecaster: ReturnType<typeof createForecaster>, end = 100): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    const answers = await forecaster.advance(tick(end, 7));
    if (answers.every(({ source }) => source === 'champion')) return;
  }
  throw new Error(`the core does not answer: ${JSON.stringify(forecaster.stats())}`);
}

test('a workload that always hangs is kept away after three times, so that the others have the core again', async (t) => {
  await withForecaster({ deadlineMs: 500 }, async (forecaster) => {
    await settled(forecaster);
    let good = 0;
    for (let end = 101; end < 130 && good < 3; end++) {
      const [answer, spoilt] = await forecaster.advance(tick(end, bad.hang));
      t.is(fault(answer), undefined);
      t.is(fault(spoilt), undefined);
      t.is(
        spoilt?.fallbackReason,
        spoilt?.fallbackReason === 'ModelWarmingUp' ? 'ModelWarmingUp' : 'ModelTimedOut',
      );
      if (answer?.source === 'champion') good++;
    }
    t.is(good, 3);
    t.is(forecaster.stats().quarantined, 1);
  });
});

test('three failures in a row are a quarantine of a minute, then the core is tried again', async (t) => {
  let nowMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => nowMs };
  await withForecaster({ clock }, async (forecaster) => {
    for (const end of [100, 101, 102]) await forecaster.advance(tick(end, bad.trap));
    t.is(forecaster.stats().quarantined, 1);
    const [good, held] = await forecaster.advance(tick(103, 7));
    t.is(good?.source, 'champion');
    t.is(held?.fallbackReason, 'ModelTrapped', 'still away, though it would work now');
    nowMs += 60_001;
    const [, recovered] = await forecaster.advance(tick(104, 7));
    t.is(recovered?.source, 'champion');
    t.is(forecaster.stats().quarantined, 0);
  });
});

test('an answer that came while this thread was too busy to look is taken, not called a time-out', async (t) => {
  await withForecaster({ deadlineMs: 500 }, async (forecaster) => {
    await settled(forecaster);
    const restarts = forecaster.stats().restarts;
    const pending = forecaster.advance(tick(101, 7));
    await Promise.resolve().then(() => Promise.resolve());
    await new Promise((resolve) => setImmediate(resolve));
    const untilMs = performance.now() + 700;
    while (performance.now() < untilMs);
    const [answer] = await pending;
    t.is(answer?.source, 'champion');
    t.is(forecaster.stats().restarts, restarts);
  });
});

test('a worker that dies in the middle is replaced; the tick is answered, the next one by the core', async (t) => {
  await withForecaster({ worker: new URL('./dying-worker.ts', import.meta.url) }, async (forecaster) => {
    await settled(forecaster);
    const answers = await forecaster.advance(tick(101, 1313));
    for (const answer of answers) {
      t.is(answer.fallbackReason, 'ModelTrapped');
      t.is(fault(answer), undefined);
    }
    await settled(forecaster, 102);
    // twice: after the tick, what was lost is caught up with from the same rates
    t.true([1, 2].includes(forecaster.stats().restarts), `${forecaster.stats().restarts}`);
  });
});

test('a module of another ABI never answers; every tick does, and the worker is not started over and over', async (t) => {
  const failures: string[] = [];
  const options = {
    ...(await ofAnotherAbi()),
    onFailure: (_: string, message: string) => failures.push(message),
  };
  await withForecaster(options, async (forecaster) => {
    for (let end = 100; end < 130; end++) {
      const [answer] = await forecaster.advance(tick(end, 7));
      t.is(fault(answer), undefined);
      t.is(answer?.fallbackReason, 'ModelTrapped');
    }
    t.true(failures.some((message) => new RegExp(`ABI ${ABI + 1}`).test(message)));
    t.true(forecaster.stats().restarts <= 4, `${forecaster.stats().restarts} restarts`);
  });
});

test('after close every request is still answered', async (t) => {
  const forecaster = createForecaster(await crafted);
  await forecaster.close();
  const [answer] = await forecaster.advance(tick(100, 7));
  t.is(fault(answer), undefined);
  t.not(answer?.source, 'champion');
});
