import type { Clock } from '../clock.ts';
import { cut, type Paint } from './style.ts';

const CLEAR_LINE = '\r\u001b[2K';
const FRAME_MS = 100;
const MOST_COLUMNS = 80;

/** One line on a terminal that is drawn over and over, and gone at the end. */
export class ProgressBar {
  readonly #terminal: NodeJS.WritableStream & { columns?: number };
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #paint: Paint;
  #lastMs: number;
  #drawn = false;

  constructor(
    terminal: NodeJS.WritableStream & { columns?: number },
    clock: Pick<Clock, 'monotonicMs'>,
    paint: Paint,
  ) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#paint = paint;
    // what takes no longer than a frame needs no bar
    this.#lastMs = clock.monotonicMs();
  }

  /** Draws when a frame is due. `share` is 0..1. */
  show(label: string, share: number): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastMs < FRAME_MS) return;
    this.#lastMs = nowMs;
    this.#drawn = true;
    // room for the ^C that a terminal shows, or the line would break
    const columns = Math.min(MOST_COLUMNS, (this.#terminal.columns ?? 80) - 3);
    const text = ` ${String(Math.floor(share * 100)).padStart(3)} %  ${cut(label, 24).padEnd(24)}`;
    const bar = Math.max(0, columns - text.length);
    const full = Math.round(bar * share);
    const line = `${this.#paint('demand', '━'.repeat(full))}${this.#paint('faint', '─'.repeat(bar - full))}${text}`;
    this.#terminal.write(`${CLEAR_LINE}${line}`);
  }

  clear(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#terminal.write(CLEAR_LINE);
  }
}
