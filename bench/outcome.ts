import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadTrace } from '../controller/store/trace.ts';
import { type CellOutcome, cellKey } from './outcome/cell.ts';
import { coldStarts } from './outcome/cold-starts.ts';
import { fingerprint, Ledger } from './outcome/ledger.ts';
import { page } from './outcome/page.ts';
import type { Run } from './outcome/play.ts';
import { playAll } from './outcome/pool.ts';
import { TRACES } from './outcome/traces.ts';
import { TICK_SECONDS } from './replay/demand.ts';

/**
 * What the policy costs and spoils beside its rivals, on recorded loads, into bench/outcome.md. `npm run bench:outcome`, or
 * `node bench/outcome.ts --seeds 2 --startups 90,300 --traces twitter,bank --out other.md`. What was played is kept in
 * .cache/outcome until the code changes: a run that was interrupted goes on, and one of all traces finds those that
 * were played alone.
 */
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    startups: { type: 'string', default: '30,90,180,300' },
    traces: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('outcome.md', import.meta.url)) },
  },
});

const folder = new URL('../../shared/traces/', import.meta.url);
const asked = options.traces?.split(',') ?? Object.keys(TRACES);
for (const name of asked) {
  if (TRACES[name] === undefined) {
    throw new Error(`--traces ${name} must be one of ${Object.keys(TRACES).join(', ')}`);
  }
}
const traces = Object.entries(TRACES).filter(([name, file]) => {
  if (!asked.includes(name)) return false;
  const present = existsSync(new URL(file, folder));
  if (!present) console.error(`SKIPPED: ${name}: ../shared/traces/${file} is not there`);
  return present;
});
const seeds = Array.from({ length: Number(options.seeds) }, (_, index) => index + 1);
const startups = options.startups.split(',').map(Number);

interface Planned extends Run {
  readonly ticks: number;
  readonly stepSeconds: number;
}

/** Steps that are no longer than a tick get no noise, so all seeds are one. */
async function planned([name, path]: readonly [string, string]): Promise<Planned[]> {
  const file = fileURLToPath(new URL(path, folder));
  const { values, stepSeconds } = await loadTrace(file);
  const ticks = (values.length * stepSeconds) / TICK_SECONDS;
  return (stepSeconds > TICK_SECONDS ? seeds : [1]).map((seed) => ({
    ...{ name, file, seed, startups, ticks, stepSeconds },
  }));
}

function cellsOf({ name, seed }: Run): string[] {
  return startups.flatMap((startupSeconds) =>
    [false, true].map((cold) => cellKey({ name, startupSeconds, seed, cold })),
  );
}

const code = fingerprint();
const ledger = new Ledger(fileURLToPath(new URL(`../.cache/outcome/${code}.jsonl`, import.meta.url)));
const plan = (await Promise.all(traces.map(planned))).flat();
const open = plan
  .filter((run) => cellsOf(run).some((key) => !ledger.has(key)))
  .sort((a, b) => b.ticks - a.ticks);
console.error(
  `${plan.length - open.length} of ${plan.length} runs are played already by this code (${code})`,
);
let left = open.length;
await playAll(open, ({ name, seed }, outcomes) => {
  ledger.add(outcomes);
  const costs = outcomes.filter(({ cold }) => !cold).map(({ verdicts }) => verdicts.foresail.costVsTunedHpa);
  const figures = costs.map((cost) => cost.toFixed(3)).join(' / ');
  console.error(`${name}, seed ${seed}: cost ${figures} at ${startups.join(' / ')} s; ${--left} runs left`);
});

const outcomes = plan.flatMap(cellsOf).flatMap((key): CellOutcome[] => {
  const outcome = ledger.get(key);
  return outcome ? [outcome] : [];
});
const digest = readFileSync(new URL('../assembly/digest.txt', import.meta.url), 'utf8').trim();
const made = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, core ${digest.slice(0, 12)}, code ${code}`;
const fine = new Set(plan.filter(({ stepSeconds }) => stepSeconds <= 60).map(({ name }) => name));
const files = traces.map(([name, path]) => ({ name, file: fileURLToPath(new URL(path, folder)) }));
const starts = await coldStarts(files, startups);
writeFileSync(options.out, `${page(outcomes, { seeds, fine, made })}\n${starts}\n`);
console.error(`written to ${options.out}`);
