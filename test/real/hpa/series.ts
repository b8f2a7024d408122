import { type Random, seededRandom } from '../../rig/random.ts';
import type { PodState } from './target.ts';

/** One HPA, and what it sees. */
export interface Series {
  readonly name: string;
  readonly metric: 'Resource' | 'External';
  readonly target: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** unset: no spec.behavior. scaled: its defaults, by the test's clock. filled: `{}`, which the API fills. */
  readonly behavior: 'unset' | 'scaled' | 'filled';
  /** At the start. */
  readonly replicas: number;
  /** What a new pod is, tick by tick, before it is Ready. */
  readonly starting: readonly PodState[];
  /** In pods at 100 %, of which `ready` are there; undefined: the metric cannot be had at this tick. */
  readonly demand: (tick: number, ready: number) => number | undefined;
  /** How many of the oldest Ready pods have no metric. */
  readonly missing: (tick: number) => number;
  /** Whether a pod that runs and is not Ready has a metric. */
  readonly unreadyHaveMetric: boolean;
}

export const TICKS = 40;

const plain: Omit<Series, 'name' | 'demand'> = {
  metric: 'Resource',
  target: 70,
  ...{ minReplicas: 1, maxReplicas: 60, replicas: 10 },
  behavior: 'unset',
  starting: ['Pending', 'Pending', 'JustReady'],
  missing: () => 0,
  unreadyHaveMetric: true,
};

/** 7 pods of load at 70 % want the 10 replicas that are there. */
const spike = (tick: number): number => (tick === 2 ? 35 : tick > 25 ? 3 : 7);
/** Around the tolerance at a target of 70 %: 63 % and 77 % are inside, 62 % and 78 % are not. */
const EDGES = [77, 77.9, 63, 63.1, 77, 78, 77.99, 77, 62.9, 62, 63, 76.99, 77.001, 78];
const edge = (tick: number, ready: number): number => ((EDGES[tick % EDGES.length] ?? 70) / 100) * ready;
const gaps = (tick: number) => (tick % 5 === 3 ? undefined : tick < 12 ? 9 : 4);
const few = (tick: number): number => (tick < 3 ? 0.6 : 9);

const handmade: readonly Series[] = [
  { ...plain, name: 'spike', demand: spike },
  { ...plain, name: 'spike-behavior', behavior: 'scaled', demand: spike },
  { ...plain, name: 'spike-filled', behavior: 'filled', demand: spike },
  { ...plain, name: 'edge', demand: edge },
  { ...plain, name: 'edge-external', metric: 'External', demand: edge },
  { ...plain, name: 'gaps', demand: gaps },
  { ...plain, name: 'few', replicas: 1, demand: few },
  { ...plain, name: 'few-behavior', replicas: 1, behavior: 'scaled', demand: few },
  { ...plain, name: 'above-maximum', replicas: 14, maxReplicas: 12, minReplicas: 4, demand: () => 2 },
  {
    ...plain,
    ...{ name: 'unready', starting: ['Unready', 'Unready', 'Unready', 'JustReady'] },
    demand: (tick) => (tick < 4 ? 7 : tick < 12 ? 11 : 5),
  },
  {
    ...plain,
    ...{
      name: 'unready-unmeasured',
      starting: ['Unready', 'Unready', 'JustReady'],
      unreadyHaveMetric: false,
    },
    demand: (tick) => (tick < 4 ? 7 : tick < 9 ? 12 : 6),
  },
  {
    ...plain,
    ...{ name: 'missing', missing: (tick) => (tick % 7 < 3 ? 0 : tick % 4) },
    demand: (tick) => 7 + 4 * Math.sin(tick / 4),
  },
];

const STARTS: readonly (readonly PodState[])[] = [
  [],
  ['Pending'],
  ['Pending', 'Pending', 'Unready', 'JustReady'],
  ['Unready', 'Unready', 'JustReady'],
];

/** A walk with jumps, spikes and gaps. */
function randomSeries(seed: number): Series {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
  const missingShare = pick([0, 0, 0.2]);
  const missing = Array.from({ length: TICKS }, () =>
    random() < missingShare ? Math.ceil(random() * 3) : 0,
  );
  const demand = walk(random);
  return {
    name: `random-${seed}`,
    metric: pick(['Resource', 'Resource', 'Resource', 'External']),
    target: pick([30, 50, 60, 70, 80, 95, 120]),
    minReplicas: pick([1, 2, 5]),
    maxReplicas: pick([18, 40]),
    behavior: pick(['unset', 'unset', 'scaled', 'filled']),
    replicas: 5 + Math.floor(random() * 8),
    starting: STARTS[Math.floor(random() * STARTS.length)] ?? [],
    demand: (tick) => demand[tick],
    missing: (tick) => missing[tick] ?? 0,
    unreadyHaveMetric: random() < 0.5,
  };
}

function walk(random: Random): (number | undefined)[] {
  let level = 3 + random() * 6;
  return Array.from({ length: TICKS }, () => {
    level *= Math.exp((random() - 0.5) * 0.4);
    if (random() < 0.06) level *= random() < 0.5 ? 2.2 : 0.45;
    level = Math.min(25, Math.max(0.3, level));
    if (random() < 0.05) return undefined;
    return random() < 0.05 ? level * 2.5 : level;
  });
}

export const SERIES: readonly Series[] = [
  ...handmade,
  ...Array.from({ length: 8 }, (_, index) => randomSeries(index + 1)),
];
