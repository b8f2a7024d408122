import { unlinkSync } from 'node:fs';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FIGURES } from '../../assembly/pkg/forecaster.js';
import type { Playable } from '../backtest/playable.ts';
import { BadInput } from './bad-input.ts';

const HEADER = 'origin_timestamp,lead,actual,p50,p90,p95,p99\n';
const BUFFERED_CHARACTERS = 1 << 20;

/**
 * The CSV of `--out`: one row per origin and lead. It is written beside its place and moved there when it is complete, so
 * that there is either the whole file or what was there before.
 */
export class ForecastFile {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  #text = HEADER;
  #open = true;

  private constructor(path: string, partial: string, file: FileHandle) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
    process.once('exit', this.#discardNow);
  }

  /** Throws BadInput where no file can be made. `input` may not be written over. */
  static async create(path: string, input: string | undefined): Promise<ForecastFile> {
    const there = await stat(path).catch(() => undefined);
    if (there && !there.isFile()) throw new BadInput(`--out ${path} must be a file; it is something else`);
    const read = input === undefined ? undefined : await stat(input).catch(() => undefined);
    if (there && read && there.ino === read.ino && there.dev === read.dev) {
      throw new BadInput(`--out ${path} must not be the --input, which it would replace`);
    }
    const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    try {
      return new ForecastFile(path, partial, await open(partial, 'w'));
    } catch (error) {
      const { message } = error as Error;
      throw new BadInput(`--out ${path} must be in a folder that can be written to: ${message}`);
    }
  }

  /** Rows of an origin: `figures`, from `at` on, is what was said of its leads. A lead beyond the trace has no actual. */
  add({ values, stampsMs }: Playable, leads: number, step: number, figures: Float64Array, at: number): void {
    const stamp = (stampsMs[step] ?? Number.NaN) / 1000;
    for (let lead = 1; lead <= leads; lead++) {
      const actual = values[step + lead] ?? Number.NaN;
      const from = at + (lead - 1) * FIGURES;
      this.#text += `${stamp},${lead},${Number.isNaN(actual) ? '' : actual},${figures[from + 1]},${figures[from + 2]},${figures[from + 3]},${figures[from + 4]}\n`;
    }
  }

  /** To be awaited now and then: writes what is waiting when it is much. */
  async flush(least = BUFFERED_CHARACTERS): Promise<void> {
    if (this.#text.length < least) return;
    const text = this.#text;
    this.#text = '';
    try {
      await this.#file.appendFile(text);
    } catch (error) {
      throw new BadInput(
        `--out ${this.#path}: there must be room for it, nothing was written: ${(error as Error).message}`,
      );
    }
  }

  async commit(): Promise<void> {
    await this.flush(1);
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#partial, this.#path);
    this.#open = false;
    process.off('exit', this.#discardNow);
  }

  /** Leaves nothing behind; nothing to do after commit. */
  async discard(): Promise<void> {
    if (!this.#open) return;
    await this.#file.close().catch(() => {});
    this.#discardNow();
  }

  /** Also when the process ends without having waited for anything. */
  readonly #discardNow = (): void => {
    if (!this.#open) return;
    this.#open = false;
    process.off('exit', this.#discardNow);
    try {
      unlinkSync(this.#partial);
    } catch {
      // gone already, or not ours to remove
    }
  };
}
