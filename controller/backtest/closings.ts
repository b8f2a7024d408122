/** When a trace is closed: every opening takes the same number of steps, and between them there is nothing. */
export interface Closings {
  /** Steps of one opening. */
  readonly openSteps: number;
  /** What repeats, in rows: the opening, or the day where it is open for whole days. */
  readonly seasonRows: number;
  readonly openingsPerWeek: number;
  /** For each step that is played, its number on the time grid. */
  readonly steps: Int32Array;
}

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
/** A shorter gap is a failure, not a night. */
const LEAST_CLOSED_SECONDS = 2 * HOUR_SECONDS;
const LEAST_OPENINGS = 5;
/** Openings may begin this much off the hour of the one before: summer time. */
const DRIFT_SECONDS = HOUR_SECONDS;
/** So many of the openings must be of the full length; the others lack rows at one end. */
const FULL_SHARE = 0.9;

interface Opening {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * Finds closing hours from the steps at which there are rows: 07:00-21:05 on weekdays at 5 minutes has gaps of 119 and of
 * 695 steps, and 169 steps between all of them; so these are played one after another, and the season is 169 rows. The
 * first and the last opening may be cut; an opening that lacks rows at one end is filled up with missing steps, and so
 * are small gaps. undefined: the gaps are not regular, or there are too few to tell.
 */
export function closingsOf(rowSteps: Int32Array, stepSeconds: number): Closings | undefined {
  const day = DAY_SECONDS / stepSeconds;
  const openings = openingsOf(rowSteps, Math.max(2, LEAST_CLOSED_SECONDS / stepSeconds));
  if (openings.length < LEAST_OPENINGS || !Number.isInteger(day)) return undefined;
  const inner = openings.slice(1, -1);
  const openSteps = Math.max(...inner.map(lengthOf));
  const full = inner.filter((opening) => lengthOf(opening) === openSteps);
  if (full.length < FULL_SHARE * inner.length || openSteps < 2) return undefined;
  if (openings.some((opening) => lengthOf(opening) > openSteps)) return undefined;
  if (!daily(full, day, DRIFT_SECONDS / stepSeconds)) return undefined;
  // open for longer than a day, but not for whole days: played one after another, noon would meet midnight
  if (openSteps > day && openSteps % day !== 0) return undefined;
  return {
    openSteps,
    seasonRows: Math.min(openSteps, day),
    openingsPerWeek: perWeek(openings, day),
    steps: playedSteps(openings, openSteps, day),
  };
}

function openingsOf(rowSteps: Int32Array, leastClosed: number): Opening[] {
  const openings: Opening[] = [];
  let from = rowSteps[0] ?? 0;
  let last = from;
  for (const step of rowSteps) {
    if (step - last > leastClosed) {
      openings.push({ from, to: last + 1 });
      from = step;
    }
    last = step;
  }
  return [...openings, { from, to: last + 1 }];
}

function lengthOf({ from, to }: Opening): number {
  return to - from;
}

/** Whether they begin at about the same time of day: 5 hours on and 5 off is no closing. */
function daily(openings: readonly Opening[], day: number, drift: number): boolean {
  return openings.every(({ from }, index) => {
    const apart = from - (openings[index - 1]?.from ?? from);
    return Math.abs(apart - Math.round(apart / day) * day) <= drift;
  });
}

/** Whole openings of the trace by its length in weeks, rounded: 164 weekdays in 32.6 weeks -> 5. */
function perWeek(openings: readonly Opening[], day: number): number {
  const span = (openings.at(-1)?.from ?? 0) - (openings[0]?.from ?? 0);
  return Math.max(1, Math.round((openings.length - 1) / (span / (7 * day))));
}

/** A short opening is filled up at its begin when it began later in the day than the one before it, else at its end. */
function playedSteps(openings: readonly Opening[], openSteps: number, day: number): Int32Array {
  const steps: number[] = [];
  let usualPhase = Number.NaN;
  for (const [index, { from, to }] of openings.entries()) {
    const edge = index === 0 || index === openings.length - 1;
    const lacking = openSteps - (to - from);
    const late = lacking > 0 && !edge ? Math.min(lacking, (((from - usualPhase) % day) + day) % day || 0) : 0;
    const end = edge ? to : to + lacking - late;
    for (let step = from - late; step < end; step++) steps.push(step);
    if (lacking === 0) usualPhase = from % day;
  }
  return Int32Array.from(steps);
}
