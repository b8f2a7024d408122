import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Cell, type CellOutcome, LIMIT } from './outcome/cell.ts';
import { playAll } from './outcome/pool.ts';
import { cellTable, meansTable } from './outcome/tables.ts';

/**
 * What the policy costs and spoils beside its rivals, on recorded loads, into bench/outcome.md. `npm run bench:outcome`, or
 * `node bench/outcome.ts --seeds 2 --startups 90,300 --traces twitter,bank --out other.md`.
 */
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    startups: { type: 'string', default: '30,90,180,300' },
    traces: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('outcome.md', import.meta.url)) },
  },
});

/** Minutes and seconds first: what they show inside a step is real, in the coarser ones it is made noise. */
const FILES: Readonly<Record<string, string>> = {
  nasa: 'nasa_http_1995_1min.csv.gz',
  twitter: 'twitter_stream_2021-08_1min.csv',
  'nasa 1 s': 'nasa_http_1995-07-13_1s.csv.gz',
  'twitter 1 s': 'twitter_stream_2021-08_day1-2_1s.csv.gz',
  'azure 1 s': 'azure_llm_2023_conv_1s.csv',
  alibaba: 'alibaba2018_cluster_cpu_5min.csv',
  google: 'google2019_borg_avg_cpu_5min.csv',
  bank: 'bank_calls_5min_weekdays.csv',
  elb: 'nab_aws_elb_request_count_5min.csv',
  aapl: 'nab_tweets_aapl_5min.csv',
  fb: 'nab_tweets_fb_5min.csv',
};

const folder = new URL('../../shared/traces/', import.meta.url);
const asked = options.traces?.split(',');
const traces = Object.entries(FILES).filter(([name, file]) => {
  if (asked && !asked.includes(name)) return false;
  const present = existsSync(new URL(file, folder));
  if (!present) console.error(`SKIPPED: ${name}: ../shared/traces/${file} is not there`);
  return present;
});
const seeds = Array.from({ length: Number(options.seeds) }, (_, index) => index + 1);
const startups = options.startups.split(',').map(Number);

function cells(cold: boolean): Cell[] {
  return traces.flatMap(([name, file]) =>
    startups.flatMap((startupSeconds) =>
      seeds.map((seed) => ({ name, file: fileURLToPath(new URL(file, folder)), startupSeconds, seed, cold })),
    ),
  );
}

const say = ({ name, startupSeconds, seed, cold, verdicts: { foresail } }: CellOutcome) =>
  console.error(
    `${name}, ${startupSeconds} s, seed ${seed}${cold ? ', cold' : ''}: cost ${foresail.costVsTunedHpa.toFixed(3)}, hot ${(100 * foresail.hotShare).toFixed(2)} %`,
  );

const warm = await playAll(cells(false), say);
const cold = await playAll(cells(true), say);
const digest = readFileSync(new URL('../assembly/digest.txt', import.meta.url), 'utf8').trim();
const page = `# What the policy costs

Written by \`npm run bench:outcome\`; the rules are those of [foresail simulate](../docs/reference/simulate.md): mean load 20 pods, at
most ${LIMIT * 100} % of the requests hot, seeds of the noise ${seeds.join(', ')} (median, and range). One set of constants; capacity and lead time are
learned. ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, core ${digest.slice(0, 12)}.

\`*\`: no target of an HPA holds the limit there; the one that misses it least is the measure. Turns: changes of the replicas that go
the other way than the one before.

## The second half judged, the first learned from

${meansTable(warm)}

${cellTable(warm)}

## From a cold start, judged from the first tick

${meansTable(cold)}

${cellTable(cold)}
`;
writeFileSync(options.out, page);
console.error(`written to ${options.out}`);
