import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { compile, MODELS } from '../assembly/pkg/forecaster.js';
import { accuracyOf } from './forecast/accuracy.ts';
import { foundTable, meansTable, traceTable, worstTable } from './forecast/accuracy-tables.ts';
import { foundOn } from './forecast/found.ts';
import { goalsTable } from './forecast/goals-table.ts';
import { monthSeconds } from './forecast/month.ts';
import { HISTORY_STEPS, peerForecasts } from './forecast/peers/run.ts';
import { scoresOf } from './forecast/peers/score.ts';
import { peerTable } from './forecast/peers/table.ts';
import { costOf } from './forecast/speed.ts';
import { costTable, monthTable } from './forecast/speed-tables.ts';
import { presentTraces } from './forecast/traces.ts';

/**
 * How good and how fast the forecaster's core is, on recorded loads, into bench/forecast.md. `npm run bench:forecast`,
 * or `node bench/forecast.ts --models ensemble,ridge --updates 100000 --peer-seconds 60 --out other.md`. The peers take
 * what --peer-seconds says for each trace, 0 leaves them out.
 */
const { values: options } = parseArgs({
  options: {
    models: { type: 'string' },
    updates: { type: 'string', default: '100000' },
    'peer-seconds': { type: 'string', default: '60' },
    'peer-origins': { type: 'string', default: '16' },
    out: { type: 'string', default: new URL('forecast.md', import.meta.url).pathname },
  },
});
const asked = options.models?.split(',');
const models = MODELS.filter((model) => asked?.includes(model) ?? true);
const ensembles = models.filter((model) => model.startsWith('ensemble'));
const shown = ensembles.length > 0 ? ensembles : models;
const say = (line: string): void => console.error(line);

const wasm = readFileSync(new URL('../assembly/pkg/forecaster_bg.wasm', import.meta.url));
const digest = readFileSync(new URL('../assembly/digest.txt', import.meta.url), 'utf8').trim();
const module = compile(wasm);

const traces = presentTraces(say);
const accuracy = accuracyOf(module, models, traces, say);
const found = shown.map((model) => {
  say(`${model} with no season told`);
  return { model, found: traces.map((trace) => foundOn(module, model, trace)) };
});
const costs = shown.flatMap((model) =>
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

async function peers(): Promise<readonly string[]> {
  const secondsPerTrace = Number(options['peer-seconds']);
  const originsPerTrace = Number(options['peer-origins']);
  if (secondsPerTrace === 0) return ['The peers were not measured: --peer-seconds 0.'];
  try {
    const forecasts = await peerForecasts(traces, { secondsPerTrace, originsPerTrace }, say);
    return [
      `statsforecast, on ${originsPerTrace} origins spread evenly over each trace or as many as ${secondsPerTrace} s per trace were enough
for, and the candidates on the same origins. All on one core, in processor time. A peer is given the newest ${HISTORY_STEPS.toLocaleString('en')} steps and fits
them anew at each origin; a candidate takes in one step. MSTL is a seasonal decomposition with AutoETS on the rest; AutoETS
itself has no seasons above 24 steps.`,
      peerTable(scoresOf(module, forecasts, traces, shown)),
    ];
  } catch (error) {
    return [`The peers were not measured: ${(error as Error).message}`];
  }
}

const page = [
  '# The forecaster, measured',
  'Written by `npm run bench:forecast`; do not edit.',
  `Module ${digest.slice(0, 12)}, ${wasm.length.toLocaleString('en')} bytes. Node ${process.version}, ${cpus()[0]?.model.trim()}.`,
  goalsTable({ accuracy, traces, costs, months, wasmBytes: wasm.length }, shown),
  '## Accuracy',
  `Leads 1 to 30, origins after the first 30 % of a trace, every third of 1-minute traces. ${traces.length} traces, of which
${traces.filter(({ counted }) => counted).length} count in the means. Errors are of the p50; the quantiles of seasonal naive come from the same tracker.`,
  'Geometric means:',
  meansTable(accuracy, traces, ({ counted }) => counted),
  meansTable(accuracy, traces, () => true),
  'The worst of all traces:',
  worstTable(accuracy),
  ...shown.flatMap((model) => [`By trace, ${model}:`, traceTable(accuracy.get(model) ?? [], traces)]),
  ...found.flatMap((one) => [
    `With no season told, ${one.model}, against seasonal naive with the season:`,
    foundTable(one.found, accuracy.get(one.model) ?? [], traces),
  ]),
  '## Speed and size',
  'Processor time, medians of 5. An update takes a step in and leaves 30 leads and 6 peaks with their quantiles.',
  costTable(costs),
  monthTable(months),
  '## Peers',
  ...(await peers()),
].join('\n\n');
writeFileSync(options.out, `${page}\n`);
console.log(page);
