import { exit } from './io.ts';

/**
 * Ctrl-C, SIGTERM and a reader that went away (`foresail demo | head`) as one AbortSignal, so that a command can end in
 * order. A second Ctrl-C does not wait. Output that fails otherwise (a full disk) ends nothing: `Output` tells of it.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #stdout: NodeJS.WritableStream;
  #readerGone = false;

  constructor(stdout: NodeJS.WritableStream) {
    this.#stdout = stdout;
    process.on('SIGINT', this.#interrupt);
    process.on('SIGTERM', this.#interrupt);
    stdout.on('error', this.#failed);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Nobody reads what is written: there is nothing more to say, and nothing went wrong. */
  get readerGone(): boolean {
    return this.#readerGone;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#interrupt);
    process.off('SIGTERM', this.#interrupt);
    // The stream may report its error after the command is over; it keeps its listener when it is known to be broken.
    if (!this.#readerGone) this.#stdout.off('error', this.#failed);
  }

  readonly #interrupt = (): void => {
    if (this.#controller.signal.aborted) process.exit(exit.interrupted);
    this.#controller.abort();
  };

  readonly #failed = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') return;
    this.#readerGone = true;
    this.#controller.abort();
  };
}
