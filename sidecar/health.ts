import { statSync, writeFileSync } from 'node:fs';

/** How many intervals may pass without a sign of life; scrapes that fail are signs too, for a restart mends no proxy. */
const INTERVALS_MISSED = 4;
const GRACE_MS = 10_000;

export interface Health {
  readonly healthy: boolean;
  readonly message: string;
}

/** Marks that the loop turned. The file's time is the sign; its content is for whoever looks into the container. */
export function markAlive(stateFile: string, state: Readonly<Record<string, unknown>>): void {
  writeFileSync(stateFile, `${JSON.stringify(state)}\n`);
}

/** Whether the sidecar whose state file this is works, at `nowMs` of the wall clock. */
export function healthOf(stateFile: string, intervalMs: number, nowMs: number): Health {
  const allowedMs = INTERVALS_MISSED * intervalMs + GRACE_MS;
  let writtenMs: number;
  try {
    writtenMs = statSync(stateFile).mtimeMs;
  } catch {
    return {
      healthy: false,
      message: `${stateFile} does not exist: the sidecar has not started, or cannot write it`,
    };
  }
  const ageMs = nowMs - writtenMs;
  if (ageMs <= allowedMs)
    return { healthy: true, message: `working, seen ${Math.round(ageMs / 1000)} s ago` };
  return {
    healthy: false,
    message: `not seen for ${Math.round(ageMs / 1000)} s, must be at most ${Math.round(allowedMs / 1000)} s`,
  };
}
