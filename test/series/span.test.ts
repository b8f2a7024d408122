import test from 'ava';
import { spanBetween } from '../../controller/series/span.ts';
import { counter } from './reports.ts';

const s = (seconds: number) => 1_000_000 + seconds * 1000;
const YOUNG = 30_000;
const begun = (startS: number) => ({ startMs: s(startS) });
const delta = (startS: number) => ({ startMs: s(startS), temporality: 'delta' as const });

type Case = readonly [
  name: string,
  older: ReturnType<typeof counter> | undefined,
  newer: ReturnType<typeof counter>,
  wanted: readonly [fromS: number, toS: number, fromZero: boolean] | undefined,
  reset: boolean,
];

const cases: readonly Case[] = [
  [
    'two points of one series: the difference',
    counter(s(10), 100, begun(0)),
    counter(s(15), 160, begun(0)),
    [10, 15, false],
    false,
  ],
  [
    'a new start: all since then',
    counter(s(10), 100, begun(0)),
    counter(s(15), 30, begun(12)),
    [12, 15, true],
    true,
  ],
  [
    'a new start is a reset even when the value grew',
    counter(s(10), 100, begun(0)),
    counter(s(15), 130, begun(12)),
    [12, 15, true],
    true,
  ],
  [
    'a start that wanders by half a second is no reset',
    counter(s(10), 100, begun(0)),
    counter(s(15), 160, begun(0.5)),
    [10, 15, false],
    false,
  ],
  [
    'a start that moved into the past of the older point: unknown',
    counter(s(10), 100, begun(0)),
    counter(s(15), 160, begun(5)),
    undefined,
    true,
  ],
  [
    'a decrease without a new start: unknown',
    counter(s(10), 9e8, begun(0)),
    counter(s(15), 4e8, begun(0)),
    undefined,
    true,
  ],
  [
    'more than five minutes between: unknown',
    counter(s(10), 100, begun(0)),
    counter(s(311), 160, begun(0)),
    undefined,
    false,
  ],
  ['a first point that is old: only a base', undefined, counter(s(100), 7, begun(0)), undefined, false],
  [
    'a first point that began just now counts',
    undefined,
    counter(s(100), 7, begun(75)),
    [75, 100, true],
    false,
  ],
  [
    'a first point without a start: only a base',
    undefined,
    counter(s(100), 7, { startMs: 0 }),
    undefined,
    false,
  ],
  ['a delta speaks for itself', undefined, counter(s(15), 40, delta(10)), [10, 15, true], false],
  [
    'a delta never speaks of time an older one spoke of',
    counter(s(12), 9, delta(7)),
    counter(s(15), 40, delta(10)),
    [12, 15, true],
    false,
  ],
  [
    'a delta without a start follows the older one',
    counter(s(12), 9, delta(7)),
    counter(s(15), 40, { startMs: 0, temporality: 'delta' }),
    [12, 15, true],
    false,
  ],
  ['a delta of no duration says nothing', undefined, counter(s(15), 40, delta(15)), undefined, false],
];

for (const [name, older, newer, wanted, reset] of cases) {
  test(name, (t) => {
    const decreased = older !== undefined && newer.value < older.value;
    const verdict = spanBetween(older, newer, decreased, YOUNG);
    t.deepEqual(verdict.span, wanted && { fromMs: s(wanted[0]), toMs: s(wanted[1]), fromZero: wanted[2] });
    t.is(verdict.reset, reset);
  });
}
