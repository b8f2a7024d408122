import { UNDONE_SECONDS } from '../constants.ts';
import { secondsText } from '../figures.ts';
import { holdsOff } from '../memory.ts';
import type { Observation, Rival } from '../observation.ts';
import { passes, type Rule, says } from '../rule.ts';

/**
 * Two that scale one target undo each other, so while another does, Foresail only advises.
 *
 * HorizontalPodAutoscaler web scales the target too; 10 replicas now, 12 needed
 * two would write one number
 * -> 10
 */
export const rivals: Rule = {
  name: 'rivals',
  apply({ observation, target, current }, word) {
    const [rival] = target.rivals ?? [];
    if (rival === undefined) return passes(word, target.rivalsUnknown ?? 'nobody else scales the target');
    if (!mayWrite(observation))
      return passes(word, `${name(rival)} scales the target, and nothing is written`);
    const { kind, name: of } = observation.spec.scaleTargetRef;
    return says(
      current,
      'OtherWriter',
      `${name(rival)} scales ${kind} ${of} too, so Foresail only advises ${word.replicas}; ${remedy(rival, observation)}: ${word.message}`,
    );
  },
};

/**
 * What somebody else sets anew each time is not fought over: after the second time within an hour nothing is written for
 * ten minutes, and then once, to see whether it is still so.
 *
 * argocd set 3 replicas 40 s ago, for the second time within an hour; 3 replicas now, 12 needed
 * 600 s - 40 s are left
 * -> 3
 */
export const undone: Rule = {
  name: 'undone',
  apply({ observation, target, current }, word) {
    const { memory, nowMs } = observation;
    const last = holdsOff(memory, nowMs);
    if (last === undefined) return passes(word, 'nobody undoes what is written');
    if (!mayWrite(observation))
      return passes(word, `${last.manager} sets the number, and nothing is written`);
    const what = target.limits ? `the range of ${target.limits.of}` : 'the replicas';
    const leftText = secondsText(UNDONE_SECONDS - (nowMs - last.atMs) / 1000);
    return says(
      current,
      'OtherWriter',
      `${last.manager} has changed back what Foresail wrote ${memory.undone?.length ?? 0} times within an hour, so Foresail only ` +
        `advises ${word.replicas} and writes again in ${leftText}; leave ${what} out of what ${last.manager} applies, ` +
        `or set spec.mode to Advisory: ${word.message}`,
    );
  },
};

/**
 * A number that nothing takes is only advice.
 *
 * spec.actuation.kind HorizontalPodAutoscaler, and there is none; 10 replicas now, 12 needed
 * there is nothing to write 12 to
 * -> 10
 */
export const actuator: Rule = {
  name: 'actuator',
  apply({ target: { actuatorMissing }, current }, word) {
    if (actuatorMissing === undefined) return passes(word, 'there is something to write the number to');
    return says(
      current,
      'ActuatorMissing',
      `${actuatorMissing}; otherwise ${word.replicas}: ${word.message}`,
    );
  },
};

function mayWrite({ spec }: Observation): boolean {
  return spec.mode === 'Assisted' || spec.mode === 'Automatic';
}

const name = (rival: Rival) => `${rival.kind} ${rival.name}`;

function remedy({ kind }: Rival, { spec }: Observation): string {
  if (spec.actuation.kind !== 'Scale') return 'delete it';
  if (kind !== 'HorizontalPodAutoscaler') return 'delete it, or set spec.mode to Advisory';
  return `delete it, or set spec.actuation.kind to ${kind} for Foresail to raise its minReplicas`;
}
