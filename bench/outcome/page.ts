import { type CellOutcome, LIMIT, MEAN_PODS } from './cell.ts';
import { LOAD_CLASSES, loadClasses } from './load-class.ts';
import { cellTable, learnedTables, meansTable, traceSets } from './tables.ts';

export interface PageParts {
  readonly seeds: readonly number[];
  /** Traces whose steps are a minute or less. */
  readonly fine: ReadonlySet<string>;
  /** By which code and on which machine. */
  readonly made: string;
}

/** bench/outcome.md. */
export function page(outcomes: readonly CellOutcome[], { seeds, fine, made }: PageParts): string {
  const [warm, cold] = [outcomes.filter((one) => !one.cold), outcomes.filter((one) => one.cold)];
  const classes = loadClasses(warm);
  const sets = traceSets(fine, classes);
  return `# What the policy costs

Written by \`npm run bench:outcome\`; the rules are those of [foresail simulate](../docs/reference/simulate.md): mean load ${MEAN_PODS} pods, at
most ${LIMIT * 100} % of the requests hot. One set of constants for all; capacity and lead time are learned. A row is the median over the
seeds ${seeds.join(', ')} of the noise, with its range where it shows; traces of 1 s have no noise. ${made}.

- \`tuned HPA\`: the cheapest of 11 targets that holds the limit over what is judged, chosen in hindsight. \`*\`: none does; the one
  that misses it least is the measure.
- \`default HPA\`: target 70 %. \`gap closed\`: share of the way from the tuned HPA to the oracle, which knows the future.
- \`turns\`: changes of the replicas that go the other way than the one before; less than one a day counts as one.
- \`load\`: by what the oracle saves of the tuned HPA's cost. ${LOAD_CLASSES.map(({ name, says }) => `${name}: ${says}`).join('; ')}.
- Means are geometric, of all cells, those that miss the limit included; "of those that hold the limit" leaves these out. \`hot cells\`
  are they.

## The second half judged, the first learned from

${meansTable(warm, sets)}

${cellTable(warm, classes)}

## A learned policy beside it

Foresail with removals by learned Q values in place of the payback window (\`npm run bench:learn\`, learned on the first days of these very
traces), seed 1, beside Foresail's own of the same seed. The controller does not use it.

${learnedTables(warm)}

## From a cold start, judged from the first tick

${meansTable(cold, sets)}

${cellTable(cold, classes)}
`;
}
