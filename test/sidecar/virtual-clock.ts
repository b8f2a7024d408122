import type { Clock } from '../../sidecar/clock.ts';

/** Time that passes only when somebody sleeps: each sleep is over at once, and is noted. */
export function eagerClock(startMs = 1_700_000_000_000): Clock & { readonly slept: number[] } {
  let nowMs = 0;
  const slept: number[] = [];
  return {
    slept,
    wallMs: () => startMs + nowMs,
    monotonicMs: () => nowMs,
    sleep: async (durationMs, signal) => {
      if (signal?.aborted) return;
      slept.push(durationMs);
      nowMs += durationMs;
    },
  };
}
