import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { compile, MODELS } from '../assembly/pkg/forecaster.js';
import { accuracyOf } from './forecast/accuracy.ts';
import { meansTable, traceTable, worstTable } from './forecast/accuracy-tables.ts';
import { goalsTable } from './forecast/goals-table.ts';
import { monthSeconds } from './forecast/month.ts';
import { costOf } from './forecast/speed.ts';
import { costTable, monthTable } from './forecast/speed-tables.ts';
import { presentTraces } from './forecast/traces.ts';

/**
 * How good and how fast the forecaster's core is, on recorded loads, into bench/forecast.md. `npm run bench:forecast`,
 * or `node bench/forecast.ts --models ensemble,ridge --updates 100000 --out other.md`.
 */
const { values: options } = parseArgs({
  options: {
    models: { type: 'string' },
    updates: { type: 'string', default: '100000' },
    out: { type: 'string', default: new URL('forecast.md', import.meta.url).pathname },
  },
});
const asked = options.models?.split(',');
const models = MODELS.filter((model) => asked?.includes(model) ?? true);
const budgets = models.filter((model) => model.startsWith('ensemble'));
const say = (line: string): void => console.error(line);

const wasm = readFileSync(new URL('../assembly/pkg/forecaster_bg.wasm', import.meta.url));
const digest = readFileSync(new URL('../assembly/digest.txt', import.meta.url), 'utf8').trim();
const module = compile(wasm);

const traces = presentTraces(say);
const accuracy = accuracyOf(module, models, traces, say);
const costs = budgets.flatMap((model) =>
  [
    { seasonSteps: 60, weekSteps: 0 },
    { seasonSteps: 1440, weekSteps: 10_080 },
  ].flatMap((periods) =>
    [1, 2_000].map((series) => {
      say(`${model}, season ${periods.seasonSteps}, ${series} series`);
      return costOf(module, { model, ...periods, series }, Number(options.updates));
    }),
  ),
);
const months = new Map(
  models.map((model) => {
    say(`28 days of ${model}`);
    return [model, monthSeconds(module, model)];
  }),
);

const page = [
  '# The forecaster, measured',
  'Written by `npm run bench:forecast`; do not edit.',
  `Module ${digest.slice(0, 12)}, ${wasm.length.toLocaleString('en')} bytes. Node ${process.version}, ${cpus()[0]?.model.trim()}.`,
  goalsTable({ accuracy, traces, costs, months, wasmBytes: wasm.length }, budgets),
  '## Accuracy',
  `Leads 1 to 30, origins after the first 30 % of a trace, every third of 1-minute traces. ${traces.length} traces, of which
${traces.filter(({ counted }) => counted).length} count in the means. Errors are of the p50; the quantiles of seasonal naive come from the same tracker.`,
  meansTable(accuracy, traces),
  'The worst of all traces:',
  worstTable(accuracy),
  ...budgets.flatMap((model) => [`By trace, ${model}:`, traceTable(accuracy.get(model) ?? [], traces)]),
  '## Speed and size',
  'Processor time, medians of 5. An update takes a step in and leaves 30 leads and 6 peaks with their quantiles.',
  costTable(costs),
  monthTable(months),
].join('\n\n');
writeFileSync(options.out, `${page}\n`);
console.log(page);
