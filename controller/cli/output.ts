import type { Io } from './io.ts';

/**
 * Watches what becomes of a command's output. A reader that went away (`| head`) has all it wanted; a full disk is said,
 * once, and the command goes on: a controller whose log cannot be written still scales.
 */
export class Output {
  readonly #stdout: Io['stdout'];
  #failed = false;

  constructor({ stdout, stderr }: Io) {
    this.#stdout = stdout;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || this.#failed) return;
      this.#failed = true;
      stderr.write(`foresail: the output cannot be written: ${error.message}\n`);
    });
    stderr.on('error', () => {}); // there is nobody left to tell
  }

  /** Whether something was lost of all that was written until now. */
  async failed(): Promise<boolean> {
    await new Promise<void>((resolve) => this.#stdout.write('', () => resolve()));
    await new Promise(setImmediate); // an error is told after the write that it is of
    return this.#failed;
  }
}
