import type { Look, Paint } from './style.ts';

/** Braille dots of a cell, by column and row: U+2800 plus these bits (Unicode 16, chapter 21.1). */
const DOT_BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** A later look in this list wins a cell that several share. */
const PRECEDENCE: readonly Look[] = ['faint', 'forecast', 'demand', 'rival', 'capacity', 'hot'];

/** A plot of 2 x 4 dots per character; x to the right, y upwards, both from 0. Dots outside it are dropped. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #dots: Uint8Array;
  readonly #looks: Int8Array;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.width = columns * 2;
    this.height = rows * 4;
    this.#dots = new Uint8Array(columns * rows);
    this.#looks = new Int8Array(columns * rows).fill(-1);
  }

  dot(x: number, y: number, look: Look): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const fromTop = this.height - 1 - y;
    const cell = Math.floor(fromTop / 4) * this.#columns + Math.floor(x / 2);
    const bit = DOT_BITS[x % 2 === 0 ? 0 : 1][fromTop % 4] ?? 0;
    this.#dots[cell] = (this.#dots[cell] ?? 0) | bit;
    this.#looks[cell] = Math.max(this.#looks[cell] ?? -1, PRECEDENCE.indexOf(look));
  }

  /** One text per row, top first, each `columns` wide; runs of one look are painted together. */
  lines(paint: Paint): string[] {
    const lines: string[] = [];
    for (let start = 0; start < this.#dots.length; start += this.#columns)
      lines.push(this.#line(start, paint));
    return lines;
  }

  #line(start: number, paint: Paint): string {
    let line = '';
    let run = '';
    let runLook = -1;
    const flush = () => {
      const look = PRECEDENCE[runLook];
      line += look === undefined ? run : paint(look, run);
      run = '';
    };
    for (let cell = start; cell < start + this.#columns; cell++) {
      const dots = this.#dots[cell] ?? 0;
      const look = dots === 0 ? -1 : (this.#looks[cell] ?? -1);
      if (look !== runLook) flush();
      runLook = look;
      run += dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots);
    }
    flush();
    return line;
  }
}
