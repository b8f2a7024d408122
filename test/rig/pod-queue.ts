import { exponential, type Random } from './random.ts';

/** How one pod serves: `concurrency` requests at a time, the rest wait in line. */
export type PodBehaviour = {
  /** Mean; single times are exponential, so latency rises smoothly with load (M/M/c). */
  readonly serviceTimeMs: number;
  readonly concurrency: number;
  /** Who finds more than this in line is answered 503 at once. */
  readonly maxQueue: number;
  /** For so long after it became Ready the pod is slower, falling evenly from `coldFactor` times to once. */
  readonly coldStartSeconds: number;
  readonly coldFactor: number;
};

/** 80 requests per second and pod. */
export const DEFAULT_BEHAVIOUR: PodBehaviour = {
  serviceTimeMs: 50,
  concurrency: 4,
  maxQueue: 200,
  coldStartSeconds: 0,
  coldFactor: 1,
};

export type PodCounts = {
  readonly served: number;
  readonly rejected: number;
  readonly inService: number;
  readonly waiting: number;
};

export type PodQueue = {
  behaviour: PodBehaviour;
  /** Calls `done` when the request was served, or with false at once when the line is full. */
  enter(done: (served: boolean) => void): void;
  counts(): PodCounts;
};

export function createPodQueue(first: PodBehaviour, random: Random, nowMs: () => number): PodQueue {
  const readySinceMs = nowMs();
  const waiting: (() => void)[] = [];
  const counts = { served: 0, rejected: 0, inService: 0 };

  const queue: PodQueue = {
    behaviour: first,
    enter(done) {
      const serve = () => {
        counts.inService += 1;
        setTimeout(() => finish(done), serviceTimeMs());
      };
      if (counts.inService < queue.behaviour.concurrency) serve();
      else if (waiting.length < queue.behaviour.maxQueue) waiting.push(serve);
      else {
        counts.rejected += 1;
        done(false);
      }
    },
    counts: () => ({ ...counts, waiting: waiting.length }),
  };

  function finish(done: (served: boolean) => void): void {
    counts.inService -= 1;
    counts.served += 1;
    done(true);
    waiting.shift()?.();
  }

  function serviceTimeMs(): number {
    const mean = queue.behaviour.serviceTimeMs * slowness(queue.behaviour, nowMs() - readySinceMs);
    return exponential(random, mean);
  }

  return queue;
}

/** 1 when warm. Worked example: 10 s cold at factor 3 is 3 at first, 2 after 5 s, 1 from 10 s on. */
export function slowness({ coldStartSeconds, coldFactor }: PodBehaviour, ageMs: number): number {
  const ageSeconds = ageMs / 1000;
  if (ageSeconds >= coldStartSeconds) return 1;
  return 1 + (coldFactor - 1) * (1 - ageSeconds / coldStartSeconds);
}
