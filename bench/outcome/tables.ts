import { ratio, table } from '../forecast/markdown.ts';
import { type CellOutcome, LIMIT } from './cell.ts';
import {
  cost,
  costVsDefault,
  type Group,
  gap,
  geometricMean,
  groupsOf,
  hot,
  hotOfDefault,
  mean,
  medianOf,
  oracleCost,
  p99Ms,
  p99VsDefault,
  turns,
  turnsADay,
} from './figures.ts';
import { LOAD_CLASSES, type LoadClass } from './load-class.ts';

/** A set of traces, by their names. */
export interface TraceSet {
  readonly name: string;
  readonly has: (trace: string) => boolean;
}

const CELL_HEAD = [
  ...['trace', 'load', 'start-up s', 'cost / tuned HPA', 'gap closed', 'oracle / tuned HPA', 'hot %'],
  ...['turns a day', 'turns / HPA', 'P99 ms', 'cost / default HPA', 'P99 / default HPA', 'default HPA hot %'],
];

/** A row per trace and start-up: medians over the seeds, and their range where there are several. */
export function cellTable(outcomes: readonly CellOutcome[], classes: ReadonlyMap<string, LoadClass>): string {
  const rows = groupsOf(outcomes).map((group) => {
    const met = group.outcomes.every(({ tunedMeetsLimit }) => tunedMeetsLimit);
    const over = (figure: (one: CellOutcome) => number, text: (value: number) => string) =>
      spread(group.outcomes.map(figure), text);
    return [
      met ? group.name : `${group.name} *`,
      classes.get(group.name) ?? '',
      String(group.startupSeconds),
      over(cost, ratio),
      over(gap, share),
      over(oracleCost, ratio),
      over(hot, percent),
      over(turnsADay, tenth),
      over(turns, share),
      over(p99Ms, whole),
      over(costVsDefault, ratio),
      over(p99VsDefault, ratio),
      over(hotOfDefault, percent),
    ];
  });
  return table(CELL_HEAD, rows);
}

const MEANS_HEAD = [
  ...['traces', 'start-up s', 'cost / tuned HPA', 'of those that hold the limit', 'gap closed'],
  ...['hot cells', 'dearest', 'hottest %', 'turns / HPA', 'cost / default HPA', 'P99 / default HPA'],
];

/** A row per set of traces and start-up. Ratios are geometric means, gaps means, of the medians over the seeds. */
export function meansTable(outcomes: readonly CellOutcome[], sets: readonly TraceSet[]): string {
  const startups = [...new Set(outcomes.map(({ startupSeconds }) => startupSeconds))];
  const rows = sets.flatMap((set) =>
    startups.flatMap((startupSeconds) => {
      const own = outcomes.filter((one) => one.startupSeconds === startupSeconds && set.has(one.name));
      return own.length > 0 ? [meansRow(set, startupSeconds, groupsOf(own))] : [];
    }),
  );
  return table(MEANS_HEAD, rows);
}

/** The means of the learned policy, and those of Foresail's own over the same cells. */
export function learnedTables(outcomes: readonly CellOutcome[]): string {
  const both = outcomes.filter(({ learned }) => learned !== undefined);
  const asLearned = both.map((one) => ({
    ...one,
    verdicts: { ...one.verdicts, foresail: one.learned ?? one.verdicts.foresail },
  }));
  const learned = meansTable(asLearned, [{ name: 'q-learning', has: () => true }]);
  const own = meansTable(both, [{ name: 'foresail', has: () => true }]);
  return `${learned}\n\n${own}`;
}

function meansRow({ name }: TraceSet, startupSeconds: number, groups: readonly Group[]): string[] {
  const medians = (figure: (one: CellOutcome) => number) => groups.map((group) => medianOf(group, figure));
  const within = groups.filter((group) => medianOf(group, hot) <= LIMIT);
  return [
    name,
    String(startupSeconds),
    ratio(geometricMean(medians(cost))),
    known(geometricMean(within.map((group) => medianOf(group, cost))), ratio),
    known(mean(medians(gap)), share),
    `${groups.length - within.length} of ${groups.length}`,
    ratio(Math.max(...medians(cost))),
    percent(Math.max(...medians(hot))),
    share(geometricMean(medians(turns))),
    ratio(geometricMean(medians(costVsDefault))),
    ratio(geometricMean(medians(p99VsDefault))),
  ];
}

/** All traces, those whose steps are real, and each class of load. */
export function traceSets(
  fine: ReadonlySet<string>,
  classes: ReadonlyMap<string, LoadClass>,
): readonly TraceSet[] {
  return [
    { name: 'all', has: () => true },
    { name: 'steps of a minute or a second', has: (trace) => fine.has(trace) },
    ...LOAD_CLASSES.map(({ name }) => ({ name, has: (trace: string) => classes.get(trace) === name })),
  ];
}

function spread(values: readonly number[], text: (value: number) => string): string {
  const all = values.filter((value) => !Number.isNaN(value));
  const middle = known([...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN, text);
  const [least, most] = [text(Math.min(...all)), text(Math.max(...all))];
  return all.length < 2 || least === most ? middle : `${middle} (${least} .. ${most})`;
}

function known(value: number, text: (value: number) => string): string {
  return Number.isNaN(value) ? '-' : text(value);
}

const share = (value: number): string => value.toFixed(2);
const percent = (value: number): string => (100 * value).toFixed(2);
const tenth = (value: number): string => value.toFixed(1);
const whole = (value: number): string => value.toFixed(0);
