import type { CellOutcome } from './cell.ts';

/** All seeds of one trace and start-up. */
export interface Group {
  readonly name: string;
  readonly startupSeconds: number;
  readonly outcomes: readonly CellOutcome[];
}

type Figure = (outcome: CellOutcome) => number;

export const cost: Figure = ({ verdicts }) => verdicts.foresail.costVsTunedHpa;
export const gap: Figure = ({ verdicts }) => verdicts.foresail.gapClosed;
export const hot: Figure = ({ verdicts }) => verdicts.foresail.hotShare;
export const turnsADay: Figure = ({ verdicts }) => verdicts.foresail.reversalsPerDay;
export const p99Ms: Figure = ({ verdicts }) => verdicts.foresail.p99Ms;
/** Less than one turn a day counts as one. */
export const turns: Figure = ({ verdicts }) =>
  Math.max(verdicts.foresail.reversalsPerDay, 1) / Math.max(verdicts['hpa-tuned'].reversalsPerDay, 1);
export const oracleCost: Figure = ({ verdicts }) => verdicts.oracle.costVsTunedHpa;
export const costVsDefault: Figure = ({ verdicts }) =>
  verdicts.foresail.podHours / verdicts['hpa-default'].podHours;
export const p99VsDefault: Figure = ({ verdicts }) => verdicts.foresail.p99Ms / verdicts['hpa-default'].p99Ms;
export const hotOfDefault: Figure = ({ verdicts }) => verdicts['hpa-default'].hotShare;

export function groupsOf(outcomes: readonly CellOutcome[]): readonly Group[] {
  const groups = Map.groupBy(outcomes, ({ name, startupSeconds }) => `${name} ${startupSeconds}`);
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    return first ? [{ name: first.name, startupSeconds: first.startupSeconds, outcomes: all }] : [];
  });
}

/** The upper one of two in the middle; NaN without any that is known. */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function medianOf({ outcomes }: Group, figure: Figure): number {
  return median(outcomes.map(figure));
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map((value) => Math.log(Math.max(value, 1e-9)))));
}

/** NaN without any that is known. */
export function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
