import type { Progress } from '../backtest/evaluation.ts';
import type { Clock } from '../clock.ts';
import { ProgressBar } from '../ui/progress-bar.ts';
import { paintFor } from '../ui/style.ts';
import type { Io } from './io.ts';

export interface Turns {
  readonly io: Io;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Awaited after each step. */
  readonly between: () => Promise<void> | undefined;
}

/** So often signals are let in. */
const TURN_MS = 50;

/**
 * Does long work in steps: between them the progress is shown on stderr, where that is a terminal, and signals are let in.
 * undefined: the signal was aborted before it was done.
 */
export async function inTurns<Result>(
  work: Generator<Progress, Result>,
  { io, clock, signal, between }: Turns,
): Promise<Result | undefined> {
  const bar = drawsOn(io.stderr, io) ? new ProgressBar(io.stderr, clock, paintFor(io.env)) : undefined;
  let turnMs = clock.monotonicMs();
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      await between();
      if (clock.monotonicMs() - turnMs < TURN_MS) continue;
      bar?.show(value.label, value.share);
      await clock.sleep(0);
      turnMs = clock.monotonicMs();
      if (signal.aborted) return undefined;
    }
  } finally {
    bar?.clear();
  }
}

/** A terminal that says it is dumb shows the codes that move the cursor. */
export function drawsOn(stream: { isTTY?: boolean }, { env }: Io): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb';
}
