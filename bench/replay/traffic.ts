import type { Random } from '../../controller/clock.ts';
import type { Trace } from '../../controller/series/trace.ts';

/** A trace with a name for people: a file's, or that it was generated. */
export interface NamedTrace extends Trace {
  readonly source: string;
}

const MINUTES_PER_DAY = 1440;
/** Monday 3 March 2025, 00:00 UTC: any Monday would do, a fixed one replays. */
const FIRST_MONDAY_MS = Date.UTC(2025, 2, 3);

/** Share of the week's mean per weekday, Monday first: a shop sells most from Friday to Sunday. */
const WEEKDAYS = [0.92, 0.9, 0.93, 0.97, 1.12, 1.14, 1.02] as const;

/** Bumps of the day: centre and width in hours, height over the night's level of 0.25. */
const BUMPS = [
  { hour: 10.5, width: 2.6, height: 0.9 },
  { hour: 12.6, width: 0.55, height: 0.45 },
  { hour: 16.5, width: 2.8, height: 0.75 },
  { hour: 20.2, width: 1.5, height: 1.15 },
] as const;

/** The Friday sale opens at 19:00: up within 6 minutes, and half of it is gone after 25. */
const SALE = { weekday: 4, hour: 19, height: 1.1, riseMinutes: 6, halfLifeMinutes: 25 } as const;

/**
 * Generated traffic of a web shop, per minute, mean near 1: the shape of the day, of the week, a sale every Friday evening,
 * days that differ by some 4 % and a slow random wander (an Ornstein-Uhlenbeck process: 3 %, one hour). It is made up, and
 * `source` says so. The last day is the Friday of the last week: three weeks before it to learn from.
 */
export function shopTraffic(random: Random, weeks = 4): NamedTrace {
  const days = (weeks - 1) * 7 + 5;
  const values = new Float64Array(days * MINUTES_PER_DAY);
  let wander = 0;
  for (let day = 0; day < days; day++) {
    const level = (WEEKDAYS[day % 7] ?? 1) * (1 + 0.04 * gaussian(random));
    for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
      wander += -wander / 60 + 0.03 * Math.sqrt(2 / 60) * gaussian(random);
      const shape = dayShape(minute / 60) + (day % 7 === SALE.weekday ? sale(minute) : 0);
      values[day * MINUTES_PER_DAY + minute] = level * shape * (1 + wander);
    }
  }
  return { startMs: FIRST_MONDAY_MS, stepSeconds: 60, values, source: 'generated shop traffic' };
}

function dayShape(hour: number): number {
  return BUMPS.reduce((sum, bump) => {
    const away = Math.min(Math.abs(hour - bump.hour), 24 - Math.abs(hour - bump.hour)) / bump.width;
    return sum + bump.height * Math.exp(-0.5 * away * away);
  }, 0.25);
}

function sale(minute: number): number {
  const since = minute - SALE.hour * 60;
  if (since < 0) return 0;
  const risen = Math.min(1, since / SALE.riseMinutes);
  return SALE.height * risen * 0.5 ** (Math.max(0, since - SALE.riseMinutes) / SALE.halfLifeMinutes);
}

/** Box-Muller, one of the pair. */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
