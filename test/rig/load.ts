import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { arrivalTimesMs, type RateProfile } from './arrivals.ts';

export type LoadOptions = {
  /** Only a loopback address or a pod's (10.240.0.0/12) is accepted. */
  readonly url: string;
  readonly profile: RateProfile;
  readonly seed?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxRequests?: number;
  readonly requestTimeoutMs?: number;
  /** Called when a second is over; its answers may still be on their way. */
  readonly onSecond?: (second: number, plannedRps: number) => void;
};

/** What became of the requests that were sent in one second. */
export type LoadSecond = {
  readonly second: number;
  readonly plannedRps: number;
  readonly sent: number;
  /** HTTP status to count; 0 is a request that got no answer. */
  readonly statuses: Readonly<Record<number, number>>;
  /** In order, of all that got an answer. */
  readonly latenciesMs: readonly number[];
};

export type Load = {
  /** The clock reading when second 0 began. */
  readonly startedUnixMs: number;
  readonly seconds: readonly LoadSecond[];
  /** Resolves when the profile is over and every answer is there. */
  readonly done: Promise<readonly LoadSecond[]>;
  /** Sends no more; `done` resolves once the answers are there. */
  stop(): Promise<readonly LoadSecond[]>;
};

const MAX_REQUESTS = 1_000_000;
const MAX_SECONDS = 4 * 3600;
const REQUEST_TIMEOUT_MS = 20_000;

type Bucket = {
  second: number;
  plannedRps: number;
  sent: number;
  statuses: Record<number, number>;
  latenciesMs: number[];
};

/** Plays a rate profile in real time. Open loop: requests are sent when they are due, however slow the answers are. */
export function startLoad(options: LoadOptions): Load {
  const { profile, seed = 1, maxRequests = MAX_REQUESTS } = options;
  assertInsideRig(options.url);
  if (profile.length > MAX_SECONDS)
    throw new Error(`the profile must have at most ${MAX_SECONDS} s, not ${profile.length}`);
  const arrivals = arrivalTimesMs(profile, seed);
  if (arrivals.length > maxRequests)
    throw new Error(`the profile must have at most ${maxRequests} requests, not ${arrivals.length}`);
  const seconds = profile.map(
    (plannedRps, second): Bucket => ({ second, plannedRps, sent: 0, statuses: {}, latenciesMs: [] }),
  );
  const stopping = new AbortController();
  const done = play(options, arrivals, seconds, stopping.signal);
  return {
    startedUnixMs: Date.now(),
    seconds,
    done,
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

async function play(
  options: LoadOptions,
  arrivals: readonly number[],
  seconds: readonly Bucket[],
  signal: AbortSignal,
): Promise<readonly LoadSecond[]> {
  const agent = new Agent({ pipelining: 1, keepAliveTimeout: 30_000 });
  const startedMs = performance.now();
  const answers = new Set<Promise<void>>();
  let next = 0;
  for (let second = 0; second < seconds.length && !signal.aborted; ) {
    const elapsedMs = performance.now() - startedMs;
    for (; next < arrivals.length && (arrivals[next] ?? 0) <= elapsedMs; next += 1) {
      const bucket = seconds[Math.floor((arrivals[next] ?? 0) / 1000)];
      if (bucket === undefined) continue;
      const answer = send(options, agent, bucket).finally(() => answers.delete(answer));
      answers.add(answer);
    }
    for (; second < Math.min(seconds.length, Math.floor(elapsedMs / 1000)); second += 1)
      options.onSecond?.(second, seconds[second]?.plannedRps ?? 0);
    const dueMs = Math.min(arrivals[next] ?? Number.POSITIVE_INFINITY, (second + 1) * 1000);
    await sleep(Math.max(1, dueMs - (performance.now() - startedMs)), undefined, { signal }).catch(
      () => undefined,
    );
  }
  await Promise.all(answers);
  await agent.close();
  return seconds;
}

async function send(options: LoadOptions, agent: Agent, bucket: Bucket): Promise<void> {
  const { origin, pathname, search } = new URL(options.url);
  const timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const sentMs = performance.now();
  bucket.sent += 1;
  let status = 0;
  try {
    const answer = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method: 'GET',
      ...(options.headers && { headers: options.headers }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    await answer.body.dump();
    status = answer.statusCode;
    bucket.latenciesMs.push(performance.now() - sentMs);
  } catch {
    // No answer: a refused or broken connection, or a time-out. It counts as status 0.
  }
  bucket.statuses[status] = (bucket.statuses[status] ?? 0) + 1;
}

/** Load must never leave the machine, whatever a test or a user types. */
export function assertInsideRig(url: string): void {
  const { hostname, protocol } = new URL(url);
  const [first, second = 0] = hostname.split('.').map(Number);
  const isLocal = first === 127 || (first === 10 && second >= 240 && second <= 255);
  if (protocol !== 'http:' || isIP(hostname) !== 4 || !isLocal)
    throw new Error(`the load's URL must be http:// on 127.0.0.0/8 or 10.240.0.0/12, not ${url}`);
}

/** Sums over seconds: how many were sent, answered with 2xx, and the latency at a percentile (0..100). */
export function summarize(seconds: readonly LoadSecond[]): {
  sent: number;
  succeeded: number;
  latencyMs(percentile: number): number;
} {
  const latencies = seconds.flatMap((second) => second.latenciesMs).sort((a, b) => a - b);
  const succeeded = seconds
    .flatMap(({ statuses }) => Object.entries(statuses))
    .filter(([status]) => status.startsWith('2'))
    .reduce((sum, [, count]) => sum + count, 0);
  return {
    sent: seconds.reduce((sum, second) => sum + second.sent, 0),
    succeeded,
    latencyMs: (percentile) => {
      const rank = Math.ceil((percentile / 100) * latencies.length) - 1;
      return latencies[Math.max(0, rank)] ?? Number.NaN;
    },
  };
}
