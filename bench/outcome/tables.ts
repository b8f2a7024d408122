import { percents, ratio, table } from '../forecast/markdown.ts';
import { type CellOutcome, LIMIT } from './cell.ts';

/** All seeds of one trace and start-up. */
interface Group {
  readonly name: string;
  readonly startupSeconds: number;
  readonly outcomes: readonly CellOutcome[];
}

/** A row per trace and start-up: medians over the seeds, and their range where there are several. */
export function cellTable(outcomes: readonly CellOutcome[]): string {
  return table(
    [
      'trace',
      'start-up s',
      'cost / tuned HPA',
      'gap closed',
      'hot %',
      'turns a day, / HPA',
      'P99 ms, / default HPA',
      'cost / default HPA',
      'default HPA hot %',
    ],
    groupsOf(outcomes).map(({ name, startupSeconds, outcomes: seeds }) => {
      const over = (figure: (one: CellOutcome) => number) => seeds.map(figure);
      return [
        seeds.every(({ tunedMeetsLimit }) => tunedMeetsLimit) ? name : `${name} *`,
        String(startupSeconds),
        spread(
          over(({ verdicts }) => verdicts.foresail.costVsTunedHpa),
          ratio,
        ),
        spread(
          over(({ verdicts }) => verdicts.foresail.gapClosed),
          (value) => value.toFixed(2),
        ),
        spread(
          over(({ verdicts }) => verdicts.foresail.hotShare * 100),
          (value) => value.toFixed(2),
        ),
        `${middle(over(({ verdicts }) => verdicts.foresail.reversalsPerDay)).toFixed(0)}, ${middle(over(turns)).toFixed(2)}`,
        `${middle(over(({ verdicts }) => verdicts.foresail.p99Ms)).toFixed(0)}, ${middle(over(({ verdicts }) => verdicts.foresail.p99Ms / verdicts['hpa-default'].p99Ms)).toFixed(2)}`,
        ratio(middle(over(({ verdicts }) => verdicts.foresail.podHours / verdicts['hpa-default'].podHours))),
        (100 * middle(over(({ verdicts }) => verdicts['hpa-default'].hotShare))).toFixed(2),
      ];
    }),
  );
}

/** A row per start-up over all traces. */
export function meansTable(outcomes: readonly CellOutcome[]): string {
  const startups = [...new Set(outcomes.map(({ startupSeconds }) => startupSeconds))];
  return table(
    [
      'start-up s',
      'cost / tuned HPA, geometric mean',
      'gap closed, mean',
      `cells within ${percents([LIMIT])} % hot`,
      'dearest / tuned HPA',
      'turns / HPA, geometric mean',
    ],
    startups.map((startupSeconds) => {
      const groups = groupsOf(outcomes.filter((one) => one.startupSeconds === startupSeconds));
      const medians = (figure: (one: CellOutcome) => number) =>
        groups.map((group) => middle(group.outcomes.map(figure)));
      const costs = medians(({ verdicts }) => verdicts.foresail.costVsTunedHpa);
      const gaps = medians(({ verdicts }) => verdicts.foresail.gapClosed).filter(Number.isFinite);
      const hot = medians(({ verdicts }) => verdicts.foresail.hotShare);
      return [
        String(startupSeconds),
        ratio(geometric(costs)),
        (gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toFixed(2),
        `${hot.filter((share) => share <= LIMIT).length} of ${hot.length}`,
        ratio(Math.max(...costs)),
        ratio(geometric(medians(turns))),
      ];
    }),
  );
}

function turns({ verdicts }: CellOutcome): number {
  return verdicts.foresail.reversalsPerDay / Math.max(verdicts['hpa-tuned'].reversalsPerDay, 1);
}

function groupsOf(outcomes: readonly CellOutcome[]): readonly Group[] {
  const groups = new Map<string, CellOutcome[]>();
  for (const outcome of outcomes) {
    const key = `${outcome.name} ${outcome.startupSeconds}`;
    groups.set(key, [...(groups.get(key) ?? []), outcome]);
  }
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    return first ? [{ name: first.name, startupSeconds: first.startupSeconds, outcomes: all }] : [];
  });
}

function spread(values: readonly number[], text: (value: number) => string): string {
  const median = text(middle(values));
  return values.length === 1
    ? median
    : `${median} (${text(Math.min(...values))} .. ${text(Math.max(...values))})`;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function geometric(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(Math.max(value, 1e-9)), 0) / values.length);
}
