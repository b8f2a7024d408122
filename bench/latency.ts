import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type LoadSecond, startLoad } from '../test/rig/load.ts';
import type { ServerStats } from './latency/server.ts';
import { sharedProcessor } from './latency/shared-processor.ts';
import { sojournUnder } from './replay/sojourn.ts';

/**
 * The latency model of the replay beside a real HTTP server that shares its processor among its requests: Poisson
 * arrivals over loopback at utilisations 0.5, 0.7 and 0.9, into bench/latency.md. Utilisation is the share of the time in which
 * a request was there, and service time that time per request, so HTTP itself counts as work. Wants two quiet processors.
 *
 *   npm run bench:latency -- [--scale 1] [--work-ms 1.5] [--out FILE]
 */
const { values: options } = parseArgs({
  options: {
    /** Of the run's length; a tenth for a look. */
    scale: { type: 'string', default: '1' },
    'work-ms': { type: 'string', default: '1.5' },
    out: { type: 'string', default: fileURLToPath(new URL('latency.md', import.meta.url)) },
  },
});

const SERVER = fileURLToPath(new URL('latency/server.ts', import.meta.url));
/** The nearer to 1, the longer a queue remembers, and the longer a run must be. */
const RUNS = [
  { utilisation: 0.5, seconds: 40, times: 2 },
  { utilisation: 0.7, seconds: 40, times: 3 },
  { utilisation: 0.9, seconds: 80, times: 5 },
] as const;
const CALIBRATION_SECONDS = 8;
const WARM_SECONDS = 3;

interface Measured {
  readonly utilisation: number;
  readonly serviceMs: number;
  readonly latenciesMs: readonly number[];
  /** What an ideal shared processor makes of the same requests. */
  readonly idealMs: readonly number[];
  readonly stolen: number;
}

const child = spawn(process.execPath, [SERVER, options['work-ms'], '7'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = `http://127.0.0.1:${await portOf(child)}/`;
  const calibration = await measure(url, 0.3 / (Number(options['work-ms']) / 1000), CALIBRATION_SECONDS, 1);
  const rows: string[] = [];
  let { serviceMs } = calibration;
  for (const run of RUNS) {
    const runs = await runsOf(url, run, serviceMs);
    rows.push(rowOf(run.utilisation, runs));
    // HTTP costs less per request the busier the server is.
    serviceMs = runs.at(-1)?.serviceMs ?? serviceMs;
  }
  const page = pageOf(rows, calibration);
  writeFileSync(options.out, page);
  console.log(page);
} finally {
  child.kill();
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error('the server must have a stdout');
  const [line] = await once(stdout, 'data');
  return Number(String(line));
}

async function runsOf(url: string, run: (typeof RUNS)[number], serviceMs: number): Promise<Measured[]> {
  const runs: Measured[] = [];
  for (let time = 1; time <= run.times; time++) {
    const rps = (1000 * run.utilisation) / (runs.at(-1)?.serviceMs ?? serviceMs);
    runs.push(await measure(url, rps, Math.ceil(run.seconds * Number(options.scale)), 100 * time + rps));
    console.error(`${run.utilisation}, run ${time}: ${shown(runs.slice(-1))}`);
  }
  return runs;
}

async function measure(url: string, rps: number, seconds: number, seed: number): Promise<Measured> {
  await startLoad({ url, profile: new Array<number>(WARM_SECONDS).fill(rps), seed: seed + 1 }).done;
  await statsOf(url);
  const load = await startLoad({ url, profile: new Array<number>(seconds).fill(rps), seed }).done;
  const { busyMs, wallMs, arrivalsMs, worksMs, stolen } = await statsOf(url);
  // HTTP is work, too: all works are stretched so that together they are the time that was spent.
  const stretch = busyMs / worksMs.reduce((sum, work) => sum + work, 0);
  if (load.some(({ statuses, sent }) => statuses[200] !== sent && sent > 0)) {
    throw new Error('a request was not answered: the machine must have more room');
  }
  return {
    utilisation: busyMs / wallMs,
    serviceMs: busyMs / worksMs.length,
    idealMs: sharedProcessor(
      arrivalsMs,
      worksMs.map((work) => work * stretch),
    ),
    latenciesMs: load.flatMap((second: LoadSecond) => second.latenciesMs),
    stolen,
  };
}

async function statsOf(url: string): Promise<ServerStats> {
  return (await (await fetch(`${url}stats`)).json()) as ServerStats;
}

function p99(latenciesMs: readonly number[]): number {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}

/** All runs together: the model at their mean utilisation and service time, and P99 of all of their requests. */
function compared(runs: readonly Measured[]) {
  const mean = (of: (run: Measured) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const [utilisation, serviceMs] = [mean((run) => run.utilisation), mean((run) => run.serviceMs)];
  const measuredMs = p99(runs.flatMap((run) => run.latenciesMs));
  const idealMs = p99(runs.flatMap((run) => run.idealMs));
  const modelMs = (sojournUnder(0.99, utilisation) * serviceMs) / (1 - utilisation);
  const exponentialMs = (Math.log(100) * serviceMs) / (1 - utilisation);
  return {
    utilisation,
    serviceMs,
    measuredMs,
    idealMs,
    modelMs,
    exponentialMs,
    stolen: mean((run) => run.stolen),
  };
}

function shown(runs: readonly Measured[]): string {
  const { utilisation, measuredMs, idealMs, modelMs, stolen } = compared(runs);
  return `u ${utilisation.toFixed(3)}, P99 ${measuredMs.toFixed(1)} ms, ideal ${idealMs.toFixed(1)} ms, model ${modelMs.toFixed(1)} ms, stolen ${(100 * stolen).toFixed(1)} %`;
}

function rowOf(nominal: number, runs: readonly Measured[]): string {
  const all = compared(runs);
  const requests = runs.reduce((sum, run) => sum + run.latenciesMs.length, 0);
  const ratios = runs.map((run) => compared([run])).map((one) => one.modelMs / one.measuredMs);
  const percent = (ratio: number) => `${((ratio - 1) * 100).toFixed(0)} %`;
  const spread = `${percent(Math.min(...ratios))} to ${percent(Math.max(...ratios))}`;
  const cells = [
    ...[`${nominal}`, all.utilisation.toFixed(3), `${requests} in ${runs.length}`, all.serviceMs.toFixed(2)],
    ...[
      all.measuredMs.toFixed(1),
      all.idealMs.toFixed(1),
      all.modelMs.toFixed(1),
      percent(all.modelMs / all.measuredMs),
      spread,
    ],
    ...[percent(all.exponentialMs / all.measuredMs), `${(100 * all.stolen).toFixed(1)} %`],
  ];
  return `| ${cells.join(' | ')} |`;
}

function pageOf(rows: readonly string[], { serviceMs }: Measured): string {
  const [cpu] = cpus();
  return `# The latency model beside a real HTTP server

\`npm run bench:latency\`, on ${cpus().length} x ${cpu?.model ?? 'an unknown processor'}, Node ${process.version}. A Node process whose
requests each cost an exponential amount of work (mean ${options['work-ms']} ms; ${serviceMs.toFixed(2)} ms with HTTP) and take turns in slices of 0.15 ms,
Poisson arrivals over loopback from another process. P99 is what the client saw, of all requests of the runs; the model
(bench/replay/sojourn.ts) has the utilisation (share of the time in which a request was there) and the time per request that were
measured.

| utilisation | measured | requests in runs | busy time per request, ms | P99 measured, ms | of an ideal shared processor on the same requests | of the model | model / measured | by run | an exponential tail would be | processor taken away or slower |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

The exponential tail, ln(100) S / (1 - u), is that of a queue served in order of arrival: it is what a single-threaded process
without slices would show. test/replay/sojourn.test.ts holds the model against the queue solved exactly, without a clock.
`;
}
