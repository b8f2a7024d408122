import { reasons } from '../../controller/reasons.ts';
import type { QualityFlag } from '../../controller/series/step.ts';
import type { Blindness, Event, Expectation, ForecastEvent } from './scenario.ts';

/**
 * The sentences of a scenario file, one pattern each. `{time}`, `{number}`, `{range}`, `{reason}` ... stand for what
 * {@link placeholders} says; what they matched is given to `make` as text. README.md shows every sentence.
 */
export interface Sentence<Made> {
  readonly form: string;
  readonly make: (words: readonly string[]) => Made;
}

type Bare<Kind> = Kind extends unknown ? Omit<Kind, 'line' | 'text'> : never;

export const placeholders: Readonly<Record<string, string>> = {
  time: '((?:\\d+h)?(?:\\d+m)?(?:\\d+s)?)',
  number: '(\\d+(?:\\.\\d+)?)',
  range: '(\\d+(?:\\.\\.\\d+)?)',
  reason: '([A-Z][A-Za-z]+)',
  flag: '(Missing|Partial|Rejected|Reset|Late|Stuck)',
  while: '(telemetry is missing|telemetry is flawed|the view is stale|paused)',
  does: '(adds|removes)',
  of: '(replicas|recommended|ready)',
};

export const loads: readonly Sentence<readonly number[]>[] = [
  {
    form: 'load {number} x{number}',
    make: ([rps, count]) => Array<number>(number(count)).fill(number(rps)),
  },
  { form: 'load {number} for {time}', make: ([rps, length]) => ramp(number(rps), number(rps), length) },
  {
    form: 'load {number} to {number} over {time}',
    make: ([from, to, length]) => ramp(number(from), number(to), length),
  },
];

export const forecasts: readonly Sentence<ForecastEvent>[] = [
  {
    form: 'forecast knows the load',
    make: () => ({ fromSeconds: 0, says: { kind: 'knows', withinPercent: 0 } }),
  },
  {
    form: 'forecast knows the load within {number}%',
    make: ([percent]) => ({ fromSeconds: 0, says: { kind: 'knows', withinPercent: number(percent) } }),
  },
  {
    form: 'forecast knows the load from {time}',
    make: ([from]) => ({ fromSeconds: seconds(from), says: { kind: 'knows', withinPercent: 0 } }),
  },
  {
    form: 'forecast stays at the last rate from {time}',
    make: ([from]) => ({ fromSeconds: seconds(from), says: { kind: 'stays' } }),
  },
  {
    form: 'forecast rises to {number} in {time} from {time}',
    make: ([rps, length, from]) => ({
      fromSeconds: seconds(from),
      says: { kind: 'rises', rps: number(rps), bySeconds: seconds(from) + seconds(length) },
    }),
  },
  {
    form: 'forecast is absent from {time}',
    make: ([from]) => ({ fromSeconds: seconds(from), says: { kind: 'absent' } }),
  },
  {
    form: 'forecast holds NaN from {time}',
    make: ([from]) => ({ fromSeconds: seconds(from), says: { kind: 'broken' } }),
  },
];

export const events: readonly Sentence<Event>[] = [
  {
    form: 'telemetry stops at {time} for {time}',
    make: (words) => ({ kind: 'telemetry', is: 'missing', ...span(words) }),
  },
  {
    form: 'telemetry is {flag} at {time} for {time}',
    make: ([flag, ...words]) => ({ kind: 'telemetry', is: flag as QualityFlag, ...span(words) }),
  },
  { form: 'view is stale at {time} for {time}', make: (words) => ({ kind: 'stale', ...span(words) }) },
  { form: 'paused at {time} for {time}', make: (words) => ({ kind: 'paused', ...span(words) }) },
  {
    form: 'capacity is unknown at {time} for {time}',
    make: (words) => ({ kind: 'unknown capacity', ...span(words) }),
  },
  {
    form: 'event at {time} for {time} needs {number}',
    make: ([at, length, least]) => ({ kind: 'known', minReplicas: number(least), ...span([at, length]) }),
  },
  { form: 'release at {time}', make: ([at]) => ({ kind: 'release', atSeconds: seconds(at) }) },
  { form: 'plan is approved at {time}', make: ([at]) => ({ kind: 'approval', atSeconds: seconds(at) }) },
  { form: 'controller restarts at {time}', make: ([at]) => ({ kind: 'restart', atSeconds: seconds(at) }) },
  {
    form: 'operator scales to {number} at {time}',
    make: ([replicas, at]) => ({ kind: 'operator', atSeconds: seconds(at), replicas: number(replicas) }),
  },
];

export const expectations: readonly Sentence<Bare<Expectation>>[] = [
  { form: 'at {time} expect {of} {range}', make: ([at, ...rest]) => expected([at, at, ...rest]) },
  {
    form: 'at {time} expect {of} {range} because {reason}',
    make: ([at, ...rest]) => expected([at, at, ...rest]),
  },
  { form: 'from {time} to {time} expect {of} {range}', make: expected },
  { form: 'from {time} to {time} expect {of} {range} because {reason}', make: expected },
  {
    form: 'never below {number}',
    make: ([least]) => ({ kind: 'bound', least: number(least), most: Number.POSITIVE_INFINITY }),
  },
  { form: 'never above {number}', make: ([most]) => ({ kind: 'bound', least: 0, most: number(most) }) },
  { form: 'never {does}', make: ([does]) => ({ kind: 'never', does: verb(does) }) },
  {
    form: 'never {does} while {while}',
    make: ([does, during]) => ({ kind: 'never', does: verb(does), during: during as Blindness }),
  },
  {
    form: 'never {does} more than {number} at once',
    make: ([does, most]) => ({ kind: 'step', does: verb(does), most: number(most) }),
  },
  {
    form: 'never {does} twice within {time}',
    make: ([does, apart]) => ({ kind: 'apart', does: verb(does), leastSeconds: seconds(apart) }),
  },
  { form: 'at most {number} changes', make: ([most]) => ({ kind: 'changes', most: number(most) }) },
  { form: 'never short of capacity', make: () => ({ kind: 'capacity', fromSeconds: 0 }) },
  {
    form: 'never short of capacity from {time}',
    make: ([from]) => ({ kind: 'capacity', fromSeconds: seconds(from) }),
  },
];

/** `1h2m3s`, at least one of the three. */
export function seconds(text = ''): number {
  const [, hours, minutes, rest] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  if (text === '') throw new TypeError('a time is missing, which must be like 90s, 5m or 1h30m');
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest ?? 0);
}

export const STEP_SECONDS = 15;

/** A rate per step, from the first to the last inclusive. */
function ramp(from: number, to: number, length: string | undefined): readonly number[] {
  const count = seconds(length) / STEP_SECONDS;
  if (!Number.isInteger(count) || count < 1) {
    throw new TypeError(`${length} must be a whole number of steps of ${STEP_SECONDS}s`);
  }
  return Array.from({ length: count }, (_, at) =>
    count === 1 ? to : from + ((to - from) * at) / (count - 1),
  );
}

function expected([from, to, of, range = '', reason]: readonly (string | undefined)[]): Bare<Expectation> {
  const [least, most = least] = range.split('..').map(Number);
  if (reason !== undefined && !(reason in reasons)) {
    throw new TypeError(`${reason} must be a reason of controller/reasons.ts`);
  }
  return {
    kind: 'number',
    of: of as 'replicas' | 'recommended' | 'ready',
    fromSeconds: seconds(from),
    toSeconds: seconds(to),
    least: least ?? Number.NaN,
    most: most ?? Number.NaN,
    ...(reason === undefined ? {} : { reason: reason as keyof typeof reasons }),
  };
}

function span([from, length]: readonly (string | undefined)[]) {
  return { fromSeconds: seconds(from), toSeconds: seconds(from) + seconds(length) };
}

function verb(does = ''): 'removes' | 'adds' {
  return does === 'adds' ? 'adds' : 'removes';
}

function number(text = ''): number {
  return Number(text);
}
