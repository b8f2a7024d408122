/**
 * Which days an RFC 5545 rule falls on. A day is asked about by arithmetic, never searched for: libraries that look for the next
 * occurrence take seconds over a rule that has none (February 30th), and one user must not hold up the others.
 */
export interface Recurrence {
  /** Whether the rule falls on a day, counted from 1 January 1970; COUNT is in it, UNTIL is not. */
  readonly fallsOn: (day: number) => boolean;
  /** UNTIL as it was written: a date, or a time with or without Z. */
  readonly until?: string;
}

interface Parts {
  readonly frequency: string;
  readonly interval: number;
  readonly count?: number;
  readonly byDay: readonly Weekday[];
  readonly byMonthDay: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
  /** 1 Monday .. 7 Sunday. */
  readonly weekStart: number;
}

/** `2MO` is the second Monday; 0: all of them. */
interface Weekday {
  readonly nth: number;
  readonly weekday: number;
}

interface Civil {
  readonly year: number;
  /** 1 .. 12. */
  readonly month: number;
  /** 1 .. 31. */
  readonly date: number;
  /** 1 Monday .. 7 Sunday. */
  readonly weekday: number;
  /** Days of the month, days of the year, and which of these it is from 0 on. */
  readonly monthLength: number;
  readonly yearLength: number;
  readonly dayOfYear: number;
}

const DAY_MS = 86_400_000;
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** A rule is given so long to fall on its first day, and to come to its COUNT. */
const PROVEN_DAYS = 3653;
const NAMES = /^(FREQ|INTERVAL|COUNT|UNTIL|BYDAY|BYMONTHDAY|BYMONTH|BYSETPOS|WKST)$/;

/** Throws a RangeError that says what must be changed. `startDay`: of the first occurrence, days from 1 January 1970. */
export function recurrenceOf(rule: string, startDay: number): Recurrence {
  const given = writtenIn(rule);
  const until = given.get('UNTIL');
  const parts = partsOf(given, rule);
  const matches = matcherOf(parts, startDay);
  const lastDay = lastDayOf(matches, startDay, parts.count, rule);
  return {
    fallsOn: (day) => day >= startDay && day <= lastDay && matches(day),
    ...(until === undefined ? {} : { until }),
  };
}

function writtenIn(rule: string): ReadonlyMap<string, string> {
  const pairs = rule.split(';').map((part) => part.split('='));
  for (const [name = '', value = '', ...rest] of pairs) {
    if (rest.length > 0 || !/^[A-Z0-9,+-]+$/.test(value)) {
      throw new RangeError(`a rule must be as in RFC 5545, such as FREQ=WEEKLY;BYDAY=MO (is "${rule}")`);
    }
    if (!NAMES.test(name)) {
      throw new RangeError(
        `a rule may have INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST; take ${name} out of "${rule}"`,
      );
    }
  }
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}

function partsOf(given: ReadonlyMap<string, string>, rule: string): Parts {
  const numbers = (name: string, least: number, most: number) =>
    (given.get(name)?.split(',') ?? []).map((text) => {
      const number = Number(text);
      if (Number.isInteger(number) && number !== 0 && number >= least && number <= most) return number;
      throw new RangeError(
        `${name} must be within ${least} and ${most}, and not 0 (is "${text}" in "${rule}")`,
      );
    });
  const frequency = given.get('FREQ') ?? '';
  if (!/^(DAILY|WEEKLY|MONTHLY|YEARLY)$/.test(frequency)) {
    throw new RangeError(`FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY (is "${frequency}" in "${rule}")`);
  }
  const [count] = numbers('COUNT', 1, 4000);
  const parts: Parts = {
    frequency,
    interval: numbers('INTERVAL', 1, 1000)[0] ?? 1,
    ...(count === undefined ? {} : { count }),
    byDay: (given.get('BYDAY')?.split(',') ?? []).map((text) => weekdayOf(text, rule)),
    byMonthDay: numbers('BYMONTHDAY', -31, 31),
    byMonth: numbers('BYMONTH', 1, 12),
    bySetPos: numbers('BYSETPOS', -366, 366),
    weekStart: given.has('WKST') ? weekdayOf(given.get('WKST') ?? '', rule).weekday : 1,
  };
  const fault = faultOf(parts);
  if (fault) throw new RangeError(`${fault} (is "${rule}")`);
  return parts;
}

function faultOf({ frequency, byDay, byMonthDay, byMonth, bySetPos }: Parts): string | undefined {
  const isShort = frequency === 'DAILY' || frequency === 'WEEKLY';
  if (isShort && byDay.some(({ nth }) => nth !== 0)) {
    return 'BYDAY may count weekdays, such as 2MO, with FREQ=MONTHLY or YEARLY only';
  }
  if (frequency === 'WEEKLY' && byMonthDay.length > 0) return 'BYMONTHDAY must not be beside FREQ=WEEKLY';
  if (bySetPos.length > 0 && byDay.length + byMonthDay.length + byMonth.length === 0) {
    return 'BYSETPOS must have BYDAY, BYMONTHDAY or BYMONTH beside it, to choose from';
  }
  return undefined;
}

function weekdayOf(text: string, rule: string): Weekday {
  const [, nth = '', name = ''] = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(text) ?? [];
  const weekday = WEEKDAYS.indexOf(name) + 1;
  if (weekday > 0 && Math.abs(Number(nth)) <= 53) return { nth: Number(nth), weekday };
  throw new RangeError(`a day of the week must be such as MO, or 2MO or -1FR (is "${text}" in "${rule}")`);
}

/**
 * Example: FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2 from 1 January 2026: Mondays of the month are its set; 12 January is the second of it.
 */
function matcherOf(parts: Parts, startDay: number): (day: number) => boolean {
  const start = civilOf(startDay);
  const { frequency, interval, bySetPos } = parts;
  const startPeriod = periodOf(frequency, startDay, start, parts.weekStart);
  const matches = MATCHES[frequency] ?? never;
  const inSet = (civil: Civil) => matches(civil, parts, start);
  let chosen: { readonly period: number; readonly days: ReadonlySet<number> } | undefined;
  return (day) => {
    const civil = civilOf(day);
    const period = periodOf(frequency, day, civil, parts.weekStart);
    if ((period - startPeriod) % interval !== 0 || !inSet(civil)) return false;
    if (bySetPos.length === 0) return true;
    if (chosen?.period !== period) {
      const set = daysOf(frequency, day, civil, parts.weekStart).filter((one) => inSet(civilOf(one)));
      chosen = { period, days: new Set(bySetPos.map((at) => set.at(at > 0 ? at - 1 : at) ?? Number.NaN)) };
    }
    return chosen.days.has(day);
  };
}

type Matches = (civil: Civil, parts: Parts, start: Civil) => boolean;
const never: Matches = () => false;

const MATCHES: Readonly<Record<string, Matches>> = {
  DAILY: (civil, parts) => inMonth(civil, parts) && onDate(civil, parts) && onWeekday(civil, parts.byDay),
  WEEKLY: (civil, parts, start) =>
    inMonth(civil, parts) && onWeekday(civil, parts.byDay.length > 0 ? parts.byDay : [{ ...start, nth: 0 }]),
  MONTHLY: (civil, parts, start) => inMonth(civil, parts) && onDayOfMonth(civil, parts, start),
  YEARLY: (civil, parts, start) => {
    const isBare = parts.byMonth.length + parts.byMonthDay.length + parts.byDay.length === 0;
    if (isBare) return civil.month === start.month && civil.date === start.date;
    return inMonth(civil, parts) && onDayOfMonth(civil, parts, start);
  },
};

function inMonth({ month }: Civil, { byMonth }: Parts): boolean {
  return byMonth.length === 0 || byMonth.includes(month);
}

function onDate({ date, monthLength }: Civil, { byMonthDay }: Parts): boolean {
  return byMonthDay.length === 0 || byMonthDay.includes(date) || byMonthDay.includes(date - 1 - monthLength);
}

function onWeekday({ weekday }: Civil, byDay: readonly Weekday[]): boolean {
  return byDay.length === 0 || byDay.some((one) => one.weekday === weekday);
}

function onDayOfMonth(civil: Civil, parts: Parts, start: Civil): boolean {
  const { byDay, byMonthDay, byMonth, frequency } = parts;
  if (byDay.length + byMonthDay.length === 0) return civil.date === start.date;
  if (!onDate(civil, parts)) return false;
  const ofYear = frequency === 'YEARLY' && byMonth.length === 0;
  const before = ofYear ? civil.dayOfYear : civil.date - 1;
  const after = (ofYear ? civil.yearLength : civil.monthLength) - before - 1;
  const nth = [0, Math.floor(before / 7) + 1, -Math.floor(after / 7) - 1];
  return byDay.length === 0 || byDay.some((one) => one.weekday === civil.weekday && nth.includes(one.nth));
}

function periodOf(frequency: string, day: number, { year, month }: Civil, weekStart: number): number {
  if (frequency === 'DAILY') return day;
  if (frequency === 'WEEKLY') return Math.floor((day + 4 - weekStart) / 7);
  return frequency === 'MONTHLY' ? year * 12 + month : year;
}

/** All days of the period that a day is in. */
function daysOf(frequency: string, day: number, civil: Civil, weekStart: number): number[] {
  const lengths: Readonly<Record<string, readonly [first: number, length: number]>> = {
    WEEKLY: [periodOf('WEEKLY', day, civil, weekStart) * 7 - 4 + weekStart, 7],
    MONTHLY: [day - civil.date + 1, civil.monthLength],
    YEARLY: [day - civil.dayOfYear, civil.yearLength],
  };
  const [first, length] = lengths[frequency] ?? [day, 1];
  return Array.from({ length }, (_, at) => first + at);
}

/** Infinity without a COUNT. */
function lastDayOf(
  matches: (day: number) => boolean,
  startDay: number,
  count: number | undefined,
  rule: string,
): number {
  let found = 0;
  for (let day = startDay; day < startDay + PROVEN_DAYS; day++) {
    if (!matches(day)) continue;
    found++;
    if (count === undefined) return Number.POSITIVE_INFINITY;
    if (found === count) return day;
  }
  throw new RangeError(
    found === 0
      ? `a rule must fall on some day of the ten years after its start; change "${rule}"`
      : `a rule must come to its COUNT within ten years; write UNTIL instead in "${rule}"`,
  );
}

/** Rules ask about the same few thousand days again and again. */
const civils = new Map<number, Civil>();
const MOST_CIVILS = 20_000;

function civilOf(day: number): Civil {
  const known = civils.get(day);
  if (known) return known;
  const at = new Date(day * DAY_MS);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const firstOfYear = Date.UTC(year, 0, 1) / DAY_MS;
  const civil = {
    ...{ year, month: month + 1, date: at.getUTCDate(), weekday: at.getUTCDay() || 7 },
    monthLength: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
    yearLength: Date.UTC(year + 1, 0, 1) / DAY_MS - firstOfYear,
    dayOfYear: day - firstOfYear,
  };
  if (civils.size >= MOST_CIVILS) civils.clear();
  civils.set(day, civil);
  return civil;
}
