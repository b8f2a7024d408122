import { unlinkSync } from 'node:fs';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BadInput } from './bad-input.ts';

const BUFFERED_CHARACTERS = 1 << 20;

/**
 * The file of `--out`. It is written beside its place and moved there when it is complete, so that there is either the
 * whole file or what was there before.
 */
export class OutFile {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  #text = '';
  #open = true;

  private constructor(path: string, partial: string, file: FileHandle) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
    process.once('exit', this.#discardNow);
  }

  /** Throws BadInput where no file can be made. `input` may not be written over. */
  static async create(path: string, input: string | undefined): Promise<OutFile> {
    const there = await stat(path).catch(() => undefined);
    if (there && !there.isFile()) throw new BadInput(`--out ${path} must be a file; it is something else`);
    const read = input === undefined ? undefined : await stat(input).catch(() => undefined);
    if (there && read && there.ino === read.ino && there.dev === read.dev) {
      throw new BadInput(`--out ${path} must not be the --input, which it would replace`);
    }
    const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    try {
      return new OutFile(path, partial, await open(partial, 'w'));
    } catch (error) {
      const { message } = error as Error;
      throw new BadInput(`--out ${path} must be in a folder that can be written to: ${message}`);
    }
  }

  add(text: string): void {
    this.#text += text;
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
