import { grouped } from './amount.ts';
import type { Look, Paint } from './style.ts';
import type { PolicyOutcome } from './view-state.ts';

interface Row {
  readonly label: string;
  readonly cell: (outcome: PolicyOutcome) => string;
  /** How much of `ours` there is beside `theirs`; negative is better. */
  readonly change: (ours: PolicyOutcome, theirs: PolicyOutcome) => string;
}

const NONE = '-';

const rows: readonly Row[] = [
  {
    label: 'pod-hours',
    cell: ({ podHours }) => grouped(Math.round(podHours)),
    change: (ours, theirs) => signed((ours.podHours / theirs.podHours - 1) * 100, 1, '%'),
  },
  {
    label: 'requests short of capacity',
    cell: ({ hotShare }) => share(hotShare),
    change: (ours, theirs) => signed((ours.hotShare - theirs.hotShare) * 100, 2, 'pp'),
  },
  {
    label: 'direction changes',
    cell: ({ directionChanges }) => String(directionChanges),
    change: (ours, theirs) => signed(ours.directionChanges - theirs.directionChanges, 0, ''),
  },
  {
    label: 'lead time gained',
    cell: ({ leadTimeGainedSeconds }) => duration(leadTimeGainedSeconds),
    change: () => '',
  },
];

const LABEL = 26;
const CELL = 12;
const CHANGE = 10;

/**
 * Foresail beside its peers; the last column compares the first two. 60 columns with two policies; where there are
 * fewer, the figures stand below their labels.
 */
export function outcomeTable(outcomes: readonly PolicyOutcome[], columns: number, paint: Paint): string[] {
  const [ours, theirs] = outcomes;
  const stacked = columns < LABEL + outcomes.length * CELL + CHANGE;
  const names = outcomes.map(({ name }) => name.padStart(CELL)).join('');
  const body = rows.flatMap(({ label, cell, change }) => {
    const cells = outcomes.map((outcome) => cell(outcome).padStart(CELL)).join('');
    const changed = ours && theirs ? change(ours, theirs) : '';
    const compared = changed === '' ? '' : paint(lookOf(changed), changed.padStart(CHANGE));
    return stacked ? [label, `${cells}${compared}`] : [`${label.padEnd(LABEL)}${cells}${compared}`];
  });
  return [paint('faint', stacked ? names : `${' '.repeat(LABEL)}${names}`), ...body];
}

/** Less is better in every row that has a change. */
function lookOf(change: string): Look {
  if (change.startsWith('-')) return 'good';
  return change.startsWith('+') ? 'bad' : 'faint';
}

function share(value: number): string {
  return Number.isNaN(value) ? NONE : `${(value * 100).toFixed(2)} %`;
}

function duration(seconds: number): string {
  return Number.isNaN(seconds) ? NONE : `${Math.round(seconds)} s`;
}

/** -21.3 %, +2.00 pp; nothing when it is not known; 0 without a sign. */
function signed(value: number, digits: number, unit: string): string {
  if (!Number.isFinite(value)) return '';
  const text = Math.abs(value).toFixed(digits);
  const sign = Number(text) === 0 ? '' : value < 0 ? '-' : '+';
  return `${sign}${text} ${unit}`.trimEnd();
}
