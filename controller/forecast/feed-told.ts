import { type CalendarTold, type Forecaster, LEADS } from '../../assembly/pkg/forecaster.js';
import type { Mark, Told } from './told.ts';

/** Feeds a portion, in one run from each step of which there is something to say to the next. -1: no such handle. */
export function feedTold(
  forecaster: Forecaster,
  handle: number,
  rates: Float64Array,
  told: Told | undefined,
): number {
  if (!told) return forecaster.pushMany(handle, rates);
  // a series counts its steps from its first value on: what was said of those before does not lead up to it
  const first = forecaster.counts(handle).steps === 0 ? rates.findIndex((rate) => rate >= 0) : -1;
  const eventful = eventfulSteps(told.intensities, rates.length);
  let mark: Mark | undefined;
  let next = 0;
  let from = 0;
  for (let at = 0; at < rates.length; at++) {
    const marked = told.marks[next]?.at === at;
    if (marked) mark = told.marks[next++];
    if (!marked && at !== first && !eventful[at]) continue;
    if (at > from && forecaster.pushMany(handle, rates.subarray(from, at)) < 0) return -1;
    from = at;
    forecaster.calendar(handle, {
      ...(mark ? said(mark, at) : {}),
      ...(eventful[at] && told.intensities ? { events: told.intensities.subarray(at, at + LEADS + 1) } : {}),
    });
  }
  return forecaster.pushMany(handle, rates.subarray(from));
}

function said({ at: from, localStep, today, tomorrow }: Mark, at: number): CalendarTold {
  return { localStep: localStep + at - from, today, tomorrow };
}

/** Whether something goes on in a step or in one of its leads. */
function eventfulSteps(intensities: Float64Array | undefined, count: number): Uint8Array {
  const steps = new Uint8Array(count);
  if (!intensities) return steps;
  let nearest = Number.POSITIVE_INFINITY;
  for (let at = intensities.length - 1; at >= 0; at--) {
    if (intensities[at]) nearest = at;
    if (at < count && nearest - at <= LEADS) steps[at] = 1;
  }
  return steps;
}
