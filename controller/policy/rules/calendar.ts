import type { CalendarFloor } from '../../calendar/floors.ts';
import { DEFAULT_LEAD_SECONDS } from '../constants.ts';
import { secondsText } from '../figures.ts';
import type { Observation } from '../observation.ts';
import { passes, type Rule, says } from '../rule.ts';

/**
 * An event of the calendar that asks for replicas has them Ready when it begins, and to its end: they are asked for a lead time and a step
 * ahead, or earlier where its leadSeconds say so. It comes after step and cooldown, as minReplicas does, and only ever raises.
 *
 * 8 replicas would do; the event "sale" asks for 12 and begins in 40 s; lead time 30 s, steps of 15 s
 * 40 s <= 30 s + 15 s
 * -> 12
 */
export const calendarFloor: Rule = {
  name: 'calendarFloor',
  bears: ({ observation }) => observation.calendarFloors !== undefined,
  apply({ observation }, word) {
    const { calendarFloors = [], wallMs } = observation;
    const due = calendarFloors.filter((floor) => isDue(floor, observation));
    const [first] = due.sort((one, other) => other.minReplicas - one.minReplicas);
    if (first === undefined) return passes(word, 'no event of the calendar asks for replicas now');
    const inSeconds = (first.startMs - wallMs) / 1000;
    const when = inSeconds > 0 ? `begins in ${secondsText(inSeconds)}` : 'goes on';
    const message = `the event "${first.event}" ${when} and asks for at least ${first.minReplicas}`;
    if (word.replicas >= first.minReplicas) return passes(word, message);
    return says(first.minReplicas, 'CalendarFloor', `${message}, ${word.replicas} would do: ${word.message}`);
  },
};

function isDue({ startMs, endMs, aheadSeconds }: CalendarFloor, seen: Observation): boolean {
  const { wallMs, leadTime, stepSeconds } = seen;
  const startSeconds = leadTime.seconds > 0 ? leadTime.seconds : DEFAULT_LEAD_SECONDS;
  const leastSeconds = Math.max(aheadSeconds, startSeconds + stepSeconds);
  return wallMs >= startMs - leastSeconds * 1000 && wallMs < endMs;
}
