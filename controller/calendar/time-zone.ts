/** What a clock on the wall of a time zone says. */
export interface LocalTime {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** 0 .. 24, with its fraction. */
  readonly hour: number;
  /** 1 Monday .. 7 Sunday, as ISO 8601 has it. */
  readonly weekday: number;
  /** Local time less UTC. */
  readonly offsetSeconds: number;
}

export interface TimeZone {
  readonly name: string;
  at(instantMs: number): LocalTime;
  /**
   * How far the clocks are ahead of the zone's standard time: what daylight saving moves a day's shape by. Standard is the lesser of
   * the offsets of 1 January and 1 July of that year, so it holds on both halves of the earth.
   * Example: Europe/Berlin in July 3600, in January 0.
   */
  shiftSeconds(instantMs: number): number;
  /** The instant at which the clocks say `date` and `seconds` since midnight; where they skip it, as much after the jump. */
  instantOf(date: string, seconds?: number): number;
}

const DAY_SECONDS = 86_400;

/** By its IANA name. Throws a RangeError for one that this Node does not know. */
export function timeZone(name: string): TimeZone {
  const format = formatOf(name);

  function at(instantMs: number): LocalTime {
    const part = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, value]));
    const numberOf = (type: Intl.DateTimeFormatPartTypes): number => Number(part.get(type));
    const midnightMs = Date.UTC(numberOf('year'), numberOf('month') - 1, numberOf('day'));
    const seconds = numberOf('hour') * 3600 + numberOf('minute') * 60 + numberOf('second');
    const wholeMs = Math.floor(instantMs / 1000) * 1000;
    return {
      date: `${part.get('year')}-${part.get('month')}-${part.get('day')}`,
      hour: (seconds + (instantMs - wholeMs) / 1000) / 3600,
      weekday: new Date(midnightMs).getUTCDay() || 7,
      offsetSeconds: (midnightMs - wholeMs) / 1000 + seconds,
    };
  }

  const standards = new Map<number, number>();
  function standardOf(year: number): number {
    const known = standards.get(year);
    if (known !== undefined) return known;
    const standard = Math.min(at(Date.UTC(year, 0, 1)).offsetSeconds, at(Date.UTC(year, 6, 1)).offsetSeconds);
    standards.set(year, standard);
    return standard;
  }

  return {
    name,
    at,
    shiftSeconds: (instantMs) => {
      const { date, offsetSeconds } = at(instantMs);
      return offsetSeconds - standardOf(Number(date.slice(0, 4)));
    },
    instantOf: (date, seconds = 0) => {
      const asUtcMs = Date.parse(`${date}T00:00:00Z`) + seconds * 1000;
      const before = at(asUtcMs - DAY_SECONDS * 1000).offsetSeconds;
      const there = asUtcMs - before * 1000;
      const found = asUtcMs - at(there).offsetSeconds * 1000;
      return at(found).offsetSeconds === at(there).offsetSeconds ? found : there;
    },
  };
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone: name, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
  } catch {
    throw new RangeError(`the time zone must be an IANA name such as Europe/Berlin (is "${name}")`);
  }
}
