import test from 'ava';
import { type Calendar, createCalendar } from '../../controller/calendar/calendar.ts';
import { createForecaster } from '../../controller/forecast/forecaster.ts';
import { decide } from '../../controller/policy/decide.ts';
import { observation, spec } from '../policy/observations.ts';

const STEP_SECONDS = 60;
const STEP_MS = STEP_SECONDS * 1000;
const DAY = 1440;
const CAPACITY_RPS = 10;
const LEAD_SECONDS = 180;
const SALE_STEPS = 45;
/** First steps of three sales, at an hour of their own each, so that no season has them. */
const SALES = [5 * DAY + 600, 7 * DAY + 850, 9 * DAY + 720];
const START_MS = Date.parse('2026-03-02T00:00:00Z');

const inSale = (step: number): boolean => SALES.some((from) => step >= from && step < from + SALE_STEPS);

/** 100 requests/s and a daily wave, three times as many in a sale, with a few percent of noise. */
function rateAt(step: number): number {
  const wave = 100 - 30 * Math.cos((2 * Math.PI * step) / DAY);
  const noise = (((step * 7_919) % 101) / 101 - 0.5) * 0.06;
  return wave * (inSale(step) ? 3 : 1) * (1 + noise);
}

/** What is asked for a lead time before the first minute of a sale can be served, by a forecast made then. */
async function replicasAhead(sale: number, calendar: Calendar | undefined): Promise<number> {
  const origin = (SALES[sale] ?? Number.NaN) - LEAD_SECONDS / STEP_SECONDS;
  const originMs = START_MS + origin * STEP_MS;
  const forecaster = createForecaster({ deadlineMs: 20_000, historySeasons: 50 });
  try {
    const [forecast] = await forecaster.advance([
      {
        workload: 'shop/Deployment/cart',
        ...{ stepSeconds: STEP_SECONDS, seasonSteps: DAY, originMs },
        ...(calendar ? { calendar } : {}),
        ratesSince: (sinceMs) => {
          const from = Math.max(0, Math.ceil((sinceMs - START_MS) / STEP_MS));
          return Float64Array.from({ length: Math.max(0, origin - from) }, (_, at) => rateAt(from + at));
        },
      },
    ]);
    const recent = [3, 2, 1].map((back) => ({
      ...{ startMs: originMs - back * STEP_MS, rps: rateAt(origin - back), errorRatio: 0 },
      ...{ inflight: Number.NaN, podsReporting: 14, podsExpected: 14, flags: [] },
    }));
    return decide(
      observation({
        ...{
          spec: spec({ maxReplicas: 200 }),
          wallMs: originMs,
          stepSeconds: STEP_SECONDS,
          recent,
          forecast,
        },
        target: { replicas: 14, ready: 14, starting: 0, resourceVersion: '1' },
        capacity: { rpsPerReplica: CAPACITY_RPS, source: 'pinned', evidence: 0 },
        leadTime: { seconds: LEAD_SECONDS, source: 'pinned', starts: 0 },
      }),
    ).replicas;
  } finally {
    await forecaster.close();
  }
}

test('replicas for a sale are asked for a lead time before it begins, once one was seen', async (t) => {
  const known = createCalendar({
    events: SALES.map((from) => ({
      ...{ kind: 'once', intensity: 1, startMs: START_MS + from * STEP_MS },
      endMs: START_MS + (from + SALE_STEPS) * STEP_MS,
    })),
  });
  const covered: { told: number; untold: number }[] = [];
  for (const [sale, from] of SALES.entries()) {
    const needed = Math.ceil(rateAt(from) / CAPACITY_RPS);
    const told = await replicasAhead(sale, known);
    const untold = await replicasAhead(sale, undefined);
    t.log(`sale ${sale + 1} needs ${needed}: told ${told}, untold ${untold}`);
    covered.push({ told: told / needed, untold: untold / needed });
  }
  const [first, second, third] = covered;
  if (!first || !second || !third) return t.fail();
  t.true(
    covered.every(({ untold }) => untold < 0.5),
    'untold, none is foreseen',
  );
  t.true(first.told < 0.5, 'nor is the first one, which is what minReplicas of an event is for');
  t.true(second.told > 0.7);
  t.true(third.told > 0.85);
});
