import { readFileSync } from 'node:fs';
import { REMOVALS, withLearnedRemoval } from '../../learn/learned-removal.ts';
import { REMOVAL_STATES } from '../../learn/removal-state.ts';
import type { Scaler } from '../scaler.ts';
import { type ForesailParts, foresailScaler } from './foresail.ts';

/** What bench/learn.ts has learned: a digit for each state, 0 none, 1 half, 2 all of what is too many. */
const TABLE = new URL('../../learn/removal.txt', import.meta.url);

/** Foresail with removals that were learned in replays (Q values from whole returns) in place of the payback window; all else is the same. */
export function qLearningScaler(parts: ForesailParts): Scaler {
  const table = removalTable(readFileSync(TABLE, 'utf8'));
  const rules = withLearnedRemoval((state) => table[state] ?? 'none');
  return { ...own(foresailScaler({ ...parts, rules })), name: 'q-learning' };
}

function own(scaler: Scaler): Pick<Scaler, 'decide'> {
  return { decide: (seen, fleet) => scaler.decide(seen, fleet) };
}

/** Throws RangeError for a table that is not one of these states. */
export function removalTable(text: string) {
  const digits = text.replaceAll(/\s/g, '');
  if (digits.length !== REMOVAL_STATES || /[^012]/.test(digits))
    throw new RangeError(
      `bench/learn/removal.txt must have ${REMOVAL_STATES} digits of 0, 1 and 2; npm run bench:learn makes it`,
    );
  return Array.from(digits, (digit) => REMOVALS[Number(digit)] ?? 'none');
}
