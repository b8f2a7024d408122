import { RELEASE_FREEZE_SECONDS } from '../constants.ts';
import { secondsText } from '../figures.ts';
import { passes, type Rule, says } from '../rule.ts';

/**
 * After a release what a replica carries and what the load will be are both in question, so nothing is removed for a while.
 *
 * another revision was seen 200 s ago; 12 replicas now, 9 would do
 * 200 s < 600 s
 * -> 12
 */
export const releaseFreeze: Rule = {
  name: 'releaseFreeze',
  apply({ observation: { releasedMs, nowMs }, current }, word) {
    if (releasedMs === undefined) return passes(word, 'no release was seen');
    const sinceSeconds = (nowMs - releasedMs) / 1000;
    if (sinceSeconds >= RELEASE_FREEZE_SECONDS)
      return passes(word, `the last release is ${secondsText(sinceSeconds)} old`);
    if (word.replicas >= current) return passes(word, 'a release forbids only removing');
    const message =
      `${word.replicas} would do, but another revision was rolled out ${secondsText(sinceSeconds)} ago ` +
      `and nothing is removed for ${RELEASE_FREEZE_SECONDS} s`;
    return says(current, 'ReleaseFreeze', message);
  },
};
