import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BadInput } from '../cli/bad-input.ts';
import type { Trace } from '../series/trace.ts';
import { type CsvRows, parseCsv, parseRows } from './csv.ts';

/** Text of a trace is at most this long; 10 million lines fit, a gzip bomb does not. */
const MOST_BYTES = 256 * 1024 * 1024;

const unzip = promisify(gunzip);

/**
 * Reads a CSV trace, gzipped when its name ends in `.gz` (see {@link parseCsv} for the format). Throws BadInput that
 * names the file, the line and what must be.
 */
export async function loadTrace(file: string): Promise<Trace> {
  return parseCsv(await readText(file), file);
}

/** The same file row by row, for who cares how its stamps lie. */
export async function loadRows(file: string): Promise<CsvRows> {
  return parseRows(await readText(file), file);
}

async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  const plain = /\.gz$/i.test(file) && bytes.length > 0 ? await inflate(bytes, file) : bytes;
  if (plain.length === 0)
    throw new BadInput(`${file}: the file is empty; there must be lines "timestamp,value"`);
  if (plain.includes(0)) {
    const what = isGzip(plain) ? 'is gzipped; its name must end in .gz' : 'is not UTF-8 text';
    throw new BadInput(`${file}: the file ${what}; it must be CSV, "timestamp,value"`);
  }
  return plain.toString('utf8');
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MOST_BYTES) throw new BadInput(`${file}: must be at most ${MOST_BYTES} bytes`);
    return bytes;
  } catch (error) {
    throw error instanceof BadInput ? error : new BadInput(`${file}: ${readProblem(error)}`);
  }
}

function readProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file; --input must name a CSV file';
  if (code === 'EISDIR') return 'is a directory; it must be a CSV file';
  if (code === 'EACCES') return 'must be readable by this user';
  return `cannot be read: ${message}`;
}

async function inflate(bytes: Buffer, file: string): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR')
      throw new BadInput(`${file}: the gzip file is cut short; it must be complete`);
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new BadInput(`${file}: unpacked it must be at most ${MOST_BYTES} bytes`);
    }
    if (!isGzip(bytes)) throw new BadInput(`${file}: must be gzip, because its name ends in .gz`);
    throw new BadInput(`${file}: the gzip file is damaged (${(error as Error).message}); it must be whole`);
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
