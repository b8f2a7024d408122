import type { CellOutcome } from './cell.ts';
import { median, oracleCost } from './figures.ts';

/**
 * How much there is to win: what the oracle saves of the tuned HPA's cost, in the median over start-ups and seeds. On
 * smooth load even who knows the future saves little, and a saving is to be seen as a share of that.
 */
export const LOAD_CLASSES = [
  { name: 'smooth', says: 'the oracle saves less than 25 %', below: 0.25 },
  { name: 'uneven', says: '25 to 50 %', below: 0.5 },
  { name: 'bursty', says: 'more than half', below: Number.POSITIVE_INFINITY },
] as const;

export type LoadClass = (typeof LOAD_CLASSES)[number]['name'];

/** The class of each trace, by its name. */
export function loadClasses(outcomes: readonly CellOutcome[]): ReadonlyMap<string, LoadClass> {
  const traces = Map.groupBy(outcomes, ({ name }) => name);
  return new Map(
    [...traces].map(([name, all]) => {
      const saved = 1 - median(all.map(oracleCost));
      return [name, LOAD_CLASSES.find(({ below }) => saved < below)?.name ?? 'bursty'];
    }),
  );
}
