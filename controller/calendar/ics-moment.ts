import windowsZones from 'node-ical/windowsZones.json' with { type: 'json' };
import type { IcsLine } from './ics-lines.ts';
import { type TimeZone, timeZone } from './time-zone.ts';

/** A date or a time of an ICS file. */
export interface IcsMoment {
  /** A date alone: the midnight of its zone. */
  readonly isDate: boolean;
  readonly zone: TimeZone;
  /** By the clocks of the zone: days from 1 January 1970, and seconds since midnight. */
  readonly day: number;
  readonly seconds: number;
  readonly ms: number;
}

const DAY_MS = 86_400_000;
const MOST_MOMENTS = 500;

/** Throws a RangeError for a time that is none, and for a zone that nobody knows. */
export function momentsOf(line: IcsLine, own: TimeZone): readonly IcsMoment[] {
  const texts = line.value.split(',');
  if (texts.length > MOST_MOMENTS)
    throw new RangeError(`${line.name} must have at most ${MOST_MOMENTS} times`);
  const tzid = line.params.get('TZID');
  const zone = tzid === undefined ? own : zoneOf(tzid, line.name, own);
  return texts.map((text) => momentOf(text.trim(), line.name, zone));
}

/** `20261127T080000Z`, `20261127T080000` or `20261127`. */
export function momentOf(text: string, name: string, zone: TimeZone): IcsMoment {
  const [, date = '', time, utc] = /^(\d{8})(?:T(\d{6})(Z?))?$/.exec(text) ?? [];
  const iso = date.replace(/^(....)(..)(..)$/, '$1-$2-$3');
  const midnightMs = Date.parse(`${iso}T00:00:00Z`);
  const [hours = 0, minutes = 0, rest = 0] = (time?.match(/../g) ?? []).map(Number);
  const isTime = hours < 24 && minutes < 60 && rest <= 60;
  if (!isTime || !(midnightMs >= 0) || !new Date(midnightMs).toISOString().startsWith(iso)) {
    throw new RangeError(`${name} must be a time such as 20261127T080000 from 1970 on (is "${text}")`);
  }
  const seconds = (hours * 60 + minutes) * 60 + rest;
  const there = utc === 'Z' ? UTC : zone;
  return {
    ...{ isDate: time === undefined, zone: there, day: midnightMs / DAY_MS, seconds },
    ms: there.instantOf(iso, seconds),
  };
}

const UTC = timeZone('UTC');
/** Each takes a tenth of a millisecond to make, and a file names the same one in every line. */
const zones = new Map<string, TimeZone>();
const MOST_ZONES = 100;

/** VTIMEZONEs are not read: the names of zones are known, with all their past and coming changes. */
function zoneOf(tzid: string, name: string, own: TimeZone): TimeZone {
  if (tzid === own.name) return own;
  const byWindows: Readonly<Record<string, { readonly iana: readonly string[] }>> = windowsZones;
  const iana = Object.hasOwn(byWindows, tzid) ? byWindows[tzid]?.iana[0] : undefined;
  const known = zones.get(tzid);
  if (known) return known;
  try {
    const made = timeZone(iana ?? tzid);
    if (zones.size < MOST_ZONES) zones.set(tzid, made);
    return made;
  } catch {
    throw new RangeError(
      `the TZID of ${name} must be an IANA name such as Europe/Berlin, or one that Windows has (is "${tzid}")`,
    );
  }
}
