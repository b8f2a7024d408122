import type { Random } from './clock.ts';

export interface BackOffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after the nth failure in a row (n from 0): the bound doubles from firstMs to maxMs, and the wait is
 * uniform in its upper half, so that clients that failed together do not come back together.
 * Example: first 100, n 3, random 0 and 1: 400 and 800 ms.
 */
export function backOffMs(failures: number, limits: BackOffLimits, random: Random): number {
  const bound = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(failures, 30));
  return bound * (0.5 + 0.5 * random());
}
