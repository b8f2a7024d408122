import { readFileSync } from 'node:fs';
import test from 'ava';
import { Forecaster, LEADS } from '../../assembly/pkg/forecaster.js';
import { type Calendar, type CalendarSpec, createCalendar } from '../../controller/calendar/calendar.ts';
import { feedTold } from '../../controller/forecast/feed-told.ts';
import { createForecaster } from '../../controller/forecast/forecaster.ts';
import type { Season } from '../../controller/forecast/season.ts';
import { toldOf } from '../../controller/forecast/told.ts';
import type { ForecastRequest } from '../../controller/ports.ts';

const at = (text: string): number => Date.parse(text);
const wasm = readFileSync(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url));
const HOUR_MS = 3_600_000;
const STEP_SECONDS = 900;
const STEP_MS = STEP_SECONDS * 1000;
const DAY = 96;
const season: Season = { seasonSteps: DAY, weekSteps: 7 * DAY, how: 'given', periods: [] };

function asked(
  calendar: Calendar | undefined,
  originMs: number,
  steps: number,
  rateAt: (step: number) => number,
): ForecastRequest {
  return {
    workload: 'a/Deployment/x',
    ...{ stepSeconds: STEP_SECONDS, seasonSteps: DAY, originMs },
    ...(calendar ? { calendar } : {}),
    ratesSince: (sinceMs) => {
      const from = Math.max(0, Math.ceil((sinceMs - originMs) / STEP_MS) + steps);
      return Float64Array.from({ length: Math.max(0, steps - from) }, (_, index) => rateAt(from + index));
    },
  };
}

test('what is said is where clocks jump and where days begin, and the local number of the step', (t) => {
  const calendar = createCalendar({ timeZone: 'Europe/Berlin', holidays: ['2026-03-30'] });
  const fromMs = at('2026-03-29T00:00:00Z');
  const hourly = { ...season, seasonSteps: 24, weekSteps: 168 };
  const request = { ...asked(calendar, fromMs, 0, () => 0), stepSeconds: 3_600, season: hourly };
  const utc = fromMs / HOUR_MS;
  t.deepEqual(toldOf(request, fromMs, 48, false), {
    marks: [
      { at: 0, localStep: utc + 1, today: 2, tomorrow: 3 },
      { at: 1, localStep: utc + 3, today: 2, tomorrow: 3 },
      { at: 22, localStep: utc + 24, today: 3, tomorrow: 1 },
      { at: 46, localStep: utc + 48, today: 1, tomorrow: 1 },
    ],
  });
  t.deepEqual(toldOf(request, fromMs + 600_000, 0, true), { marks: [] });
  t.is(toldOf({ ...request, season: { ...hourly, seasonSteps: 23 } }, fromMs, 1, false)?.marks[0]?.today, 0);
});

test('a calendar that throws costs nobody his forecast, and none says nothing', (t) => {
  const broken: Calendar = {
    ...createCalendar(),
    intensities: () => {
      throw new RangeError('broken');
    },
  };
  t.is(toldOf({ ...asked(broken, 0, 0, () => 0), season }, 0, 5, false), undefined);
  t.is(toldOf({ ...asked(undefined, 0, 0, () => 0), season }, 0, 5, false), undefined);
});

const spec: CalendarSpec = {
  timeZone: 'Europe/Berlin',
  holidays: ['2026-04-03', '2026-04-06'],
  events: [
    {
      ...{ kind: 'rule', date: '2026-03-03', time: '18:00', durationSeconds: 7_200 },
      ...{ rule: 'FREQ=WEEKLY;BYDAY=TU', intensity: 1 },
    },
    { kind: 'once', startMs: at('2026-04-08T10:10:00Z'), endMs: at('2026-04-08T11:00:00Z'), intensity: -1 },
  ],
};
const START_MS = at('2026-03-02T13:15:00Z');
const STEPS = 40 * DAY;

/** By the clocks of Berlin: busy in the day, doubled by the event; the first values are missing. */
function rateAt(step: number): number {
  if (step < 7) return Number.NaN;
  const startMs = START_MS + step * STEP_MS;
  const { hour } = createdOnce.at(startMs, STEP_SECONDS);
  const sale = (createdOnce.intensities(startMs, 1, STEP_SECONDS)?.[0] ?? 0) > 0;
  return (hour >= 8 && hour < 20 ? 200 : 40) * (sale ? 2 : 1) + ((step * 7_919) % 11);
}
const createdOnce = createCalendar(spec);
const rates = Float64Array.from({ length: STEPS }, (_, step) => rateAt(step));

/** Told of every single step. */
function eachStep(): { forecaster: Forecaster; handle: number } {
  const forecaster = new Forecaster(wasm);
  const handle = forecaster.open(DAY, 7 * DAY);
  const number = { workday: 1, weekend: 2, holiday: 3 } as const;
  for (const [step, rate] of rates.entries()) {
    const startMs = START_MS + step * STEP_MS;
    const { offsetSeconds, today, tomorrow } = createdOnce.days(startMs);
    forecaster.calendar(handle, {
      localStep: Math.round((startMs / 1000 + offsetSeconds) / STEP_SECONDS),
      ...{ today: number[today], tomorrow: number[tomorrow] },
      events: createdOnce.intensities(startMs, LEADS + 1, STEP_SECONDS) ?? new Float64Array(LEADS + 1),
    });
    forecaster.push(handle, rate);
  }
  return { forecaster, handle };
}

test('a history fed in runs leaves the series that telling each of its steps leaves, bit for bit', (t) => {
  const each = eachStep();
  const expected = each.forecaster.snapshot(each.handle);
  for (const portions of [[STEPS], [1, 500, 96, 1_000, STEPS]]) {
    const forecaster = new Forecaster(wasm);
    const handle = forecaster.open(DAY, 7 * DAY);
    let from = 0;
    for (const portion of portions) {
      const to = Math.min(from + portion, STEPS);
      const request = { ...asked(createdOnce, START_MS + to * STEP_MS, to, rateAt), season };
      const told = toldOf(request, START_MS + from * STEP_MS, to - from, from > 0);
      feedTold(forecaster, handle, rates.slice(from, to), told);
      from = to;
    }
    t.is(Buffer.compare(forecaster.snapshot(handle), expected), 0);
  }
});

test('a workload with a calendar is forecast as the core does that is told of each step, also step by step', async (t) => {
  const forecaster = createForecaster({ deadlineMs: 10_000, historySeasons: 50 });
  try {
    const before = asked(createdOnce, START_MS + (STEPS - 3) * STEP_MS, STEPS - 3, rateAt);
    await forecaster.advance([before]);
    for (let end = STEPS - 2; end < STEPS; end++) {
      await forecaster.advance([asked(createdOnce, START_MS + end * STEP_MS, end, rateAt)]);
    }
    const [answer] = await forecaster.advance([
      asked(createdOnce, START_MS + STEPS * STEP_MS, STEPS, rateAt),
    ]);
    const { forecaster: core, handle } = eachStep();
    t.deepEqual(
      answer?.leads.map(({ p95 }) => p95),
      Array.from({ length: LEADS }, (_, lead) => core.forecast(handle)[lead * 5 + 3]),
    );
  } finally {
    await forecaster.close();
  }
});

test('another calendar starts the series again from its history, the same one by another name does not', async (t) => {
  const forecaster = createForecaster({ deadlineMs: 10_000, historySeasons: 50 });
  const originMs = START_MS + STEPS * STEP_MS;
  const p95 = async (calendar: Calendar | undefined) =>
    (await forecaster.advance([asked(calendar, originMs, STEPS, rateAt)]))[0]?.leads.map((lead) => lead.p95);
  try {
    const first = await p95(createdOnce);
    const without = await p95(undefined);
    t.notDeepEqual(without, first);
    t.deepEqual(await p95(createCalendar(spec)), first);
    t.deepEqual(await p95(createCalendar(spec)), first);
  } finally {
    await forecaster.close();
  }
});
