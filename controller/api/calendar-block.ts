import { z } from 'zod';

const localTime = z
  .string()
  .length(16)
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'must be a local time such as 2026-11-27T08:00');

const event = z.strictObject({
  name: z.string().min(1).max(63).describe('For people.'),
  kind: z
    .enum(['known', 'release'])
    .default('known')
    .describe(
      'known: the load is expected to change, by what such events were seen to do; release: only the band is wider.',
    ),
  start: localTime.describe('By the clocks of the time zone, such as 2026-11-27T08:00.'),
  end: localTime.describe('The same; after the start.'),
  rule: z
    .string()
    .max(200)
    .regex(
      /^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(INTERVAL|COUNT|UNTIL|BYDAY|BYMONTHDAY|BYMONTH|BYSETPOS|WKST)=[A-Z0-9,+-]+)*$/,
      'must be a daily, weekly, monthly or yearly rule as in RFC 5545, such as FREQ=WEEKLY;BYDAY=MO',
    )
    .optional()
    .describe('How it repeats, as in RFC 5545: FREQ=WEEKLY;BYDAY=MO. Once when absent.'),
  intensity: z
    .number()
    .positive()
    .max(10)
    .default(1)
    .describe('How strong it is beside other events; 1 is usual.'),
  minReplicas: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'So many replicas are Ready when it begins and until it ends, within maxReplicas; the forecast alone when absent.',
    ),
  leadSeconds: z
    .int()
    .min(0)
    .max(7200)
    .optional()
    .describe(
      'They are asked for so long before its start; at least the learned lead time and a step, which it is when absent.',
    ),
});

/** What the user knows of the days to come; all of it is optional. */
export const calendarBlock = z.strictObject({
  timeZone: z
    .string()
    .max(64)
    .regex(
      /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/,
      'must be an IANA time zone such as Europe/Berlin, letters, digits, "_", "+", "-" and "/"',
    )
    .default('UTC')
    .describe('IANA name of the clocks that the load follows, such as Europe/Berlin.'),
  weekend: z
    .array(z.int().min(1).max(7))
    .max(7)
    .default([6, 7])
    .describe('Days off of a week, 1 Monday to 7 Sunday.'),
  holidays: z
    .array(
      z
        .string()
        .length(10)
        .regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2026-12-25'),
    )
    .max(366)
    .default([])
    .describe('Dates that are like days off, such as 2026-12-25.'),
  events: z.array(event).max(50).default([]).describe('What changes the load at a time that is known ahead.'),
  ics: z
    .string()
    .min(1)
    .max(65_536)
    .optional()
    .describe(
      'Text of an iCalendar file, such as a marketing calendar has; every VEVENT in it is a known event, at most 200.',
    ),
});

export type CalendarBlock = z.output<typeof calendarBlock>;
