import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type CellOutcome, cellKey } from '../../../bench/outcome/cell.ts';
import { geometricMean, mean, median } from '../../../bench/outcome/figures.ts';
import { Ledger } from '../../../bench/outcome/ledger.ts';
import { loadClasses } from '../../../bench/outcome/load-class.ts';
import { page } from '../../../bench/outcome/page.ts';
import type { Verdict } from '../../../bench/replay/verdict.ts';

const verdict = (figures: Partial<Verdict>): Verdict => ({
  ...{ podHours: 100, hotShare: 0, p99Ms: 100, reversalsPerDay: 10, leadTimeGainedSeconds: 0 },
  ...{ costPer1000Requests: 1, costVsTunedHpa: 1, gapClosed: 0 },
  ...{ thetaU: 0, thetaO: 0, tauU: 0, tauO: 0, instability: 0 },
  ...figures,
});

const cell = (name: string, seed: number, cost: number, more: Partial<Verdict> = {}): CellOutcome => ({
  ...{ name, seed, startupSeconds: 90, cold: false, tunedMeetsLimit: true },
  verdicts: {
    foresail: verdict({ costVsTunedHpa: cost, ...more }),
    'hpa-default': verdict({ podHours: 200 }),
    'hpa-tuned': verdict({}),
    oracle: verdict({ costVsTunedHpa: name === 'even' ? 0.9 : 0.3 }),
  },
});

const all = [
  cell('even', 1, 0.9),
  cell('even', 2, 0.7),
  cell('even', 3, 0.8),
  cell('spiky', 1, 0.2, { hotShare: 0.02 }),
];
const made = page(all, { seeds: [1, 2, 3], fine: new Set(['spiky']), made: 'here' });
const rowOf = (start: string) => made.split('\n').find((line) => line.replace(/\s+/g, ' ').startsWith(start));

test('a cell is its median over the seeds, with the range', (t) => {
  t.regex(rowOf('| even | smooth | 90 |') ?? '', /0\.800 \(0\.700 \.\. 0\.900\)/);
});

test('means count cells that miss the limit; beside it stands the mean of those that hold it', (t) => {
  // sqrt(0.8 x 0.2) = 0.4; only `even` holds 1 %
  t.regex(rowOf('| all | 90 |') ?? '', /\| 0\.400 +\| 0\.800 +\| .*\| 1 of 2 /);
  t.regex(rowOf('| steps of a minute or a second | 90 |') ?? '', /\| 0\.200 +\| - /);
});

test('a load is classed by what the oracle saves', (t) => {
  t.deepEqual(
    [...loadClasses(all)],
    [
      ['even', 'smooth'],
      ['spiky', 'bursty'],
    ],
  );
});

test('an unknown figure is left out of medians and means', (t) => {
  t.is(median([Number.NaN, 3, 1, 2]), 2);
  t.is(mean([Number.NaN, 1, 3]), 2);
  t.true(Math.abs(geometricMean([0.25, 4]) - 1) < 1e-12);
});

test('a run that was killed while it wrote goes on with what was complete, and what is not known stays unknown', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-outcome-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'played', 'code.jsonl');
  const unknown = cell('even', 1, 0.9, { gapClosed: Number.NaN });
  new Ledger(file).add([unknown]);
  appendFileSync(file, `\n${JSON.stringify(cell('even', 2, 0.7)).slice(0, 40)}`);
  const ledger = new Ledger(file);
  t.deepEqual(ledger.get(cellKey(unknown)), unknown);
  t.false(ledger.has(cellKey(cell('even', 2, 0.7))));
  ledger.add([cell('even', 3, 0.8)]);
  t.true(new Ledger(file).has(cellKey(cell('even', 3, 0.8))));
});
