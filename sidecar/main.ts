import { systemClock, systemRandom } from './clock.ts';
import type { Command } from './config.ts';
import { readCommand, UsageError, usage } from './config.ts';
import { dialects } from './dialects.ts';
import { collectorOf, takeFlags } from './flags.ts';
import { healthOf } from './health.ts';
import { jsonLog } from './log.ts';
import { serve } from './serve.ts';

/**
 * `foresail sidecar`. Resolves to the exit code: 0 done or healthy, 1 unhealthy, 2 wrong usage. The caller then ends
 * the process, for an endpoint that hangs may still hold a connection.
 */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  let command: Command;
  try {
    command = readCommand(argv, env, dialects);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`foresail sidecar: ${error.message}\nSee foresail sidecar --help.\n`);
    return 2;
  }
  if (command.kind === 'help') {
    process.stdout.write(usage(dialects));
    return 0;
  }
  if (command.kind === 'health') {
    const { stateFile, intervalMs } = command.config;
    const { healthy, message } = healthOf(stateFile, intervalMs, systemClock.wallMs());
    process.stdout.write(`${message}\n`);
    return healthy ? 0 : 1;
  }
  takeFlags(process);
  // Measuring goes on when nobody reads the log any more, or its disk is full.
  process.stderr.on('error', () => {});
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  const write = (line: string) => process.stderr.write(line);
  const log = jsonLog(systemClock, write, command.config.logLevel);
  const tidy = collectorOf(globalThis);
  await serve(command.config, {
    clock: systemClock,
    random: systemRandom,
    log,
    stop: stopping.signal,
    ...(tidy ? { tidy } : {}),
  });
  return 0;
}
