import { once } from 'node:events';
import { readConfig } from '../config.ts';
import { startController } from '../main.ts';
import { startOtel } from '../observe/otel.ts';
import { Interruption } from './interruption.ts';
import { exit, type Io } from './io.ts';

/** `foresail controller`: runs until SIGTERM or Ctrl-C, and then stops in order. */
export async function runController(args: readonly string[], io: Io): Promise<number> {
  const config = readConfig(args, io);
  const interruption = new Interruption(io.stdout);
  const stopOtel = await startOtel(io.env);
  try {
    const controller = await startController(config, { stdout: io.stdout });
    if (!interruption.signal.aborted) await once(interruption.signal, 'abort');
    await controller.stop();
    return exit.done;
  } finally {
    interruption[Symbol.dispose]();
    await stopOtel();
  }
}
