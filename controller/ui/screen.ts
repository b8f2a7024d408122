import type { Clock } from '../clock.ts';
import type { ViewSize } from './view.ts';

/** A terminal: a stream that says its size. */
export type Terminal = NodeJS.WritableStream & { columns?: number; rows?: number };

/** DECSET 1049 (alternate screen, the user's own text comes back) and 25 (cursor). */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[H\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
/** Before the text: after it, a line as wide as the terminal would lose its last character. */
const CLEAR_LINE = '\u001b[2K';
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';

/** Ten frames a second are more than an eye reads. */
const FRAME_MS = 100;

/** The alternate screen for as long as something is live. Lines are redrawn in place, so nothing flickers. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;
  #open = false;
  #blocked = false;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  open(): void {
    this.#open = true;
    this.#terminal.write(ENTER);
  }

  /** Draws when a frame is due and the terminal keeps up; `render` is not called otherwise. */
  draw(render: (size: ViewSize) => readonly string[]): void {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#open || this.#blocked || nowMs - this.#lastMs < FRAME_MS) return;
    this.#lastMs = nowMs;
    const size = { columns: this.#terminal.columns ?? 80, rows: this.#terminal.rows ?? 24 };
    const lines = render(size);
    const rows = Array.from({ length: size.rows }, (_, row) => `${CLEAR_LINE}${lines[row] ?? ''}`);
    const kept = this.#terminal.write(`${NO_WRAP}${HOME}${rows.join('\r\n')}${WRAP}`);
    if (kept) return;
    this.#blocked = true;
    this.#terminal.once('drain', () => {
      this.#blocked = false;
    });
  }

  /** Gives the user's screen and cursor back. Safe to call twice. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#terminal.write(LEAVE);
  }
}
