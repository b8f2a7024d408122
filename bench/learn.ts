import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Forecaster } from '../assembly/pkg/forecaster.js';
import { seededRandom } from '../controller/clock.ts';
import { loadTrace } from '../controller/store/trace.ts';
import { REMOVALS, type Removal } from './learn/learned-removal.ts';
import { learnerScaler } from './learn/learner.ts';
import { REMOVAL_STATES } from './learn/removal-state.ts';
import { bestOf, learnFrom, noReturns, type Returns } from './learn/returns.ts';
import { MEAN_PODS } from './outcome/cell.ts';
import { TRACES } from './outcome/traces.ts';
import { type Demand, demandOf } from './replay/demand.ts';
import { forecastTape } from './replay/forecast-tape.ts';
import { done, play, together } from './replay/schedule.ts';

/**
 * Learns which removals pay, in the replay, into bench/learn/removal.txt: Q values of states and removals from whole returns (every-visit Monte
 * Carlo control, Sutton and Barto, chapter 5), without bootstrapping. `npm run bench:learn`. Each pass
 * plays every trace at every start-up by the best table so far and tries other removals now and then, less with each pass.
 * `--without twitter` leaves a trace out, to see what was learned from the others do on it.
 */
const { values: options } = parseArgs({
  options: {
    passes: { type: 'string', default: '4' },
    days: { type: 'string', default: '10' },
    without: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('learn/removal.txt', import.meta.url)) },
  },
});

const STARTUPS_SECONDS = [30, 90, 180, 300];
const DAY_TICKS = 5760;
const core = {
  forecaster: new Forecaster(readFileSync(new URL('../assembly/pkg/forecaster_bg.wasm', import.meta.url))),
  digest: 'bench',
};
const random = seededRandom(1);

const demands: Demand[] = [];
for (const [name, path] of Object.entries(TRACES)) {
  const file = fileURLToPath(new URL(`../../shared/traces/${path}`, import.meta.url));
  if (name === options.without) continue;
  if (!existsSync(file)) {
    console.error(`SKIPPED: ${name}: ../shared/traces/${path} is not there`);
    continue;
  }
  const demand = demandOf({ ...(await loadTrace(file)), source: name }, MEAN_PODS, random);
  demands.push({ ...demand, pods: demand.pods.subarray(0, Number(options.days) * DAY_TICKS) });
}
if (demands.length === 0) throw new Error('no trace to learn from: put some into ../shared/traces');

let table = Array<Removal>(REMOVAL_STATES).fill('all');
const passes = Number(options.passes);
const all: Returns[] = [];
for (let pass = 0; pass < passes; pass++) {
  const returns = noReturns();
  for (const demand of demands) playAndLearn(returns, demand, 0.3 * (1 - pass / passes) + 0.05);
  all.push(returns);
  // The first pass removes too readily: what it has seen is left behind.
  table = bestOf(all.slice(pass === 0 ? 0 : 1));
  console.error(
    `pass ${pass + 1} of ${passes}: ${REMOVALS.map((one) => `${table.filter((it) => it === one).length} ${one}`).join(', ')}`,
  );
}
const digits = table.map((removal) => REMOVALS.indexOf(removal)).join('');
writeFileSync(options.out, `${digits.replaceAll(/.{72}/g, '$&\n')}`);
console.error(`written to ${options.out}`);

function playAndLearn(returns: Returns, demand: Demand, exploring: number): void {
  const forecasts = forecastTape(core, demand);
  const choose = (state: number): Removal => table[state] ?? 'none';
  const learners = STARTUPS_SECONDS.map((startupSeconds) => ({
    startupSeconds,
    scaler: learnerScaler({ forecasts, startMs: demand.startMs, choose, random, exploring }),
  }));
  const replicas = MEAN_PODS;
  done(
    together(
      learners.map(({ scaler, startupSeconds }) => play(scaler, { demand, startupSeconds, replicas })),
    ),
  );
  for (const { scaler } of learners) learnFrom(returns, scaler.episode);
}
