import { z } from 'zod';

const DAY_MS = 86_400_000;
/** The Vertical Pod Autoscaler's: half-life of CPU, days of memory peaks, buckets from 0.01 cores on, each 5 % wider. */
const HALF_LIFE_MS = DAY_MS;
const PEAK_DAYS = 8;
const FIRST_CORES = 0.01;
const GROWTH = 1.05;
/** 1,000 cores; the last one holds what is above. */
const MOST_BUCKETS = 175;
/** Its least recommendation for a pod, shared by the containers. */
const LEAST_CORES = 0.025;
const LEAST_BYTES = 250 * 2 ** 20;

/** How sure: a request may be exceeded in a twentieth of the time, memory is as high as it ever was and a fifth more. */
const CPU_QUANTILE = 0.95;
const MEMORY_MARGIN = 1.2;
/** An hour of one pod at 15 s, before anything is said. */
const LEAST_SAMPLES = 240;
const MOST_CONTAINERS = 16;

const schema = z.object({
  /** Unix ms of the newest sample. */
  atMs: z.number(),
  containers: z
    .array(
      z.object({
        name: z.string(),
        samples: z.int().min(0),
        /** Weight by bucket. */
        cores: z.array(z.number().min(0)).max(MOST_BUCKETS),
        /** Highest memory of each day, the newest last. */
        peaks: z.array(z.object({ day: z.int(), bytes: z.number().min(0) })).max(PEAK_DAYS),
      }),
    )
    .max(MOST_CONTAINERS),
});

/** What containers of one workload used, in constant memory. Plain JSON, so that it outlives the process. */
export type ResourcesState = z.output<typeof schema>;
type Container = ResourcesState['containers'][number];

/** One reading of one container of one pod. */
export interface ContainerSample {
  readonly name: string;
  /** Unix ms. */
  readonly atMs: number;
  readonly cores: number;
  readonly bytes: number;
}

export interface Recommendation {
  readonly container: string;
  readonly cores: number;
  readonly bytes: number;
}

export function initialResources(recalled?: unknown): ResourcesState {
  const parsed = schema.safeParse(recalled);
  return parsed.success ? parsed.data : { atMs: 0, containers: [] };
}

/** Takes the readings that are newer than all before; the state stays the same object when there is none. */
export function learnResources(state: ResourcesState, samples: readonly ContainerSample[]): ResourcesState {
  const news = samples.filter(
    ({ atMs, cores, bytes }) => atMs > state.atMs && Number.isFinite(atMs) && cores >= 0 && bytes >= 0,
  );
  if (news.length === 0) return state;
  const atMs = Math.max(...news.map((sample) => sample.atMs));
  const kept = state.atMs === 0 ? 1 : 0.5 ** ((atMs - state.atMs) / HALF_LIFE_MS);
  const names = new Set([...state.containers.map(({ name }) => name), ...news.map(({ name }) => name)]);
  const containers = [...names].slice(0, MOST_CONTAINERS).flatMap((name) => {
    const before = state.containers.find((container) => container.name === name);
    const after = advance(before ?? { name, samples: 0, cores: [], peaks: [] }, news, kept, atMs);
    return after.peaks.length > 0 ? [after] : [];
  });
  return { atMs, containers };
}

function advance(
  container: Container,
  news: readonly ContainerSample[],
  kept: number,
  atMs: number,
): Container {
  const own = news.filter(({ name }) => name === container.name);
  const cores = container.cores.map((weight) => (weight * kept < 1e-6 ? 0 : weight * kept));
  const peaks = new Map(container.peaks.map(({ day, bytes }) => [day, bytes]));
  for (const sample of own) {
    const bucket = bucketOf(sample.cores);
    while (cores.length <= bucket) cores.push(0);
    cores[bucket] = (cores[bucket] ?? 0) + 1;
    const day = Math.floor(sample.atMs / DAY_MS);
    peaks.set(day, Math.max(peaks.get(day) ?? 0, sample.bytes));
  }
  const today = Math.floor(atMs / DAY_MS);
  const days = [...peaks].filter(([day]) => day > today - PEAK_DAYS).sort(([a], [b]) => a - b);
  return {
    name: container.name,
    samples: Math.min(LEAST_SAMPLES, container.samples + own.length),
    cores,
    peaks: days.slice(-PEAK_DAYS).map(([day, bytes]) => ({ day, bytes })),
  };
}

/**
 * What each container should request: the upper edge of the bucket that holds p95 of its CPU, half-life 24 h, and the
 * highest memory of the last 8 days and a fifth. Never below what the VPA gives a pod at the least, shared.
 *
 * 1,000 readings of one container: 0.2 cores in 960, 0.9 in 40; 400 MiB at the most
 * p95 lies in the bucket that holds 0.2
 * -> 0.209 cores, 480 MiB
 */
export function recommend({ containers }: ResourcesState): readonly Recommendation[] {
  const known = containers.filter(({ samples }) => samples >= LEAST_SAMPLES);
  return known.map(({ name, cores, peaks }) => ({
    container: name,
    cores: Math.max(LEAST_CORES / known.length, quantileOf(cores, CPU_QUANTILE)),
    bytes: Math.max(LEAST_BYTES / known.length, MEMORY_MARGIN * Math.max(...peaks.map(({ bytes }) => bytes))),
  }));
}

/** Edges as the VPA has them: bucket n ends at 0.01 x (1.05^(n + 1) - 1) / 0.05. */
function edgeOf(bucket: number): number {
  return (FIRST_CORES * (GROWTH ** (bucket + 1) - 1)) / (GROWTH - 1);
}

function bucketOf(cores: number): number {
  const exact = Math.log((cores * (GROWTH - 1)) / FIRST_CORES + 1) / Math.log(GROWTH);
  return Math.min(MOST_BUCKETS - 1, Math.floor(exact + 1e-9));
}

function quantileOf(weights: readonly number[], quantile: number): number {
  const wanted = weights.reduce((sum, weight) => sum + weight, 0) * quantile;
  let below = 0;
  const bucket = weights.findIndex((weight) => {
    below += weight;
    return below >= wanted * (1 - 1e-9);
  });
  return edgeOf(Math.max(0, bucket));
}

/** `250m`, `480Mi`: rounded up to whole millicores and MiB, as requests are written. */
export function requestText({ cores, bytes }: Recommendation): {
  readonly cpu: string;
  readonly memory: string;
} {
  return { cpu: `${Math.ceil(cores * 1000 - 1e-6)}m`, memory: `${Math.ceil(bytes / 2 ** 20 - 1e-6)}Mi` };
}
