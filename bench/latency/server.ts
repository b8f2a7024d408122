import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exponential, seededRandom } from '../../test/rig/random.ts';

/*
 * A pod's process in earnest: a request costs an exponential amount of work, in rounds of a loop that nothing else than the
 * processor can do, and all requests that are there take turns of a short slice. Prints its port.
 *
 *   node bench/latency/server.ts WORK_MS SEED
 *
 * GET / is such a request. GET /stats says what it did from the first request after it was asked before to the last.
 */

export interface ServerStats {
  /** When each came, and its work by the loop alone. */
  readonly arrivalsMs: readonly number[];
  readonly worksMs: readonly number[];
  /** In which at least one request was there: its share of the time is the utilisation, whatever the time went into. */
  readonly busyMs: number;
  readonly wallMs: number;
  /** Share of the time in slices in which the work did not get on: the processor was taken away, or slower than at the start. */
  readonly stolen: number;
}

interface Job {
  left: number;
  readonly response: ServerResponse;
}

const SLICE_MS = 0.15;
const [workMs = 1.5, seed = 1] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);
const jobs: Job[] = [];
let sink = 0;
const roundsPerMs = calibrated();
let [sliceMs, sliceRounds] = [0, 0];
let arrivalsMs: number[] = [];
let worksMs: number[] = [];
let [firstMs, lastMs, busyMs, busySinceMs] = [0, 0, 0, 0];

function spin(rounds: number): void {
  for (let round = 0; round < rounds; round++) sink = (Math.imul(sink, 1_664_525) + 1_013_904_223) | 0;
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function calibrated(): number {
  const rounds = 200_000;
  for (let warm = 0; warm < 50; warm++) spin(rounds);
  const before = cpuMs();
  for (let times = 0; times < 500; times++) spin(rounds);
  return (500 * rounds) / (cpuMs() - before);
}

function turn(): void {
  const job = jobs.shift();
  if (job === undefined) return;
  const began = performance.now();
  const rounds = Math.min(job.left, SLICE_MS * roundsPerMs);
  spin(rounds);
  sliceMs += performance.now() - began;
  sliceRounds += rounds;
  job.left -= rounds;
  if (job.left > 0) jobs.push(job);
  else {
    job.response.end('done');
    lastMs = performance.now();
  }
  if (jobs.length > 0) setImmediate(turn);
  else busyMs += performance.now() - busySinceMs;
}

function stats(): ServerStats {
  const said = {
    ...{ arrivalsMs, worksMs },
    busyMs,
    wallMs: lastMs - firstMs,
    stolen: sliceMs > 0 ? 1 - sliceRounds / roundsPerMs / sliceMs : 0,
  };
  [arrivalsMs, worksMs] = [[], []];
  [sliceMs, sliceRounds, busyMs] = [0, 0, 0];
  return said;
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  if (request.url === '/stats') {
    response.end(JSON.stringify(stats()));
    return;
  }
  const nowMs = performance.now();
  if (arrivalsMs.length === 0) firstMs = nowMs;
  if (jobs.length === 0) busySinceMs = nowMs;
  const work = exponential(random, workMs);
  arrivalsMs.push(nowMs);
  worksMs.push(work);
  jobs.push({ left: work * roundsPerMs, response });
  if (jobs.length === 1) setImmediate(turn);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
