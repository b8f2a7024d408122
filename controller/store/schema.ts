import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** "Fore" in ASCII, in SQLite's application_id: how a file of ours is told from anybody else's. */
export const APPLICATION_ID = 0x466f7265;

/** Migration i brings a file from version i to i + 1. Only ever append: a released one is in somebody's file. */
export const migrations: readonly string[] = [
  `CREATE TABLE series (
     id INTEGER PRIMARY KEY,
     workload TEXT NOT NULL,
     step_seconds INTEGER NOT NULL,
     UNIQUE (workload, step_seconds)
   ) STRICT;
   -- 240 steps a row, 32-bit floats, little-endian; NaN, or beyond the row's end: missing
   CREATE TABLE rates (
     series INTEGER NOT NULL REFERENCES series (id),
     block INTEGER NOT NULL,
     rates BLOB NOT NULL,
     PRIMARY KEY (series, block)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE knowledge (
     workload TEXT NOT NULL,
     name TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (workload, name)
   ) STRICT, WITHOUT ROWID;`,
];

/** A file that is not to be touched. The message names it and says what to do. */
export class UnusableHistory extends Error {
  override readonly name = 'UnusableHistory';
}

const WAY_OUT = 'move it away, or use --history-file for another';

export interface SchemaOptions {
  /** @default migrations */
  readonly steps?: readonly string[];
  /** Called once, before an older file is changed. */
  readonly onNotice: (message: string) => void;
  /** The file grows no further than this; undefined: as far as the disk allows. */
  readonly mostBytes?: number;
}

/** SQLITE_READONLY and SQLITE_CANTOPEN: nothing is wrong with the file. */
const ACCESS_CODES: readonly number[] = [8, 14];

function wayOut(error: unknown): string {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return ACCESS_CODES.includes(code) ? 'it and its directory must be writable by this user' : WAY_OUT;
}

const PAGE_BYTES = 8192;

/**
 * Opens a history file, makes it when there is none, and brings an older one up to date. A file that is newer, damaged
 * or somebody else's is refused with UnusableHistory and left exactly as it is.
 */
export function openDatabase(file: string, options: SchemaOptions): DatabaseSync {
  if (file === '') throw new UnusableHistory('history file: --history-file must name a file (is "")');
  const existed = existsSync(file);
  makeFolder(file);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 5_000 });
    if (existed) examine(database, file, options.steps ?? migrations);
    configure(database, options.mostBytes);
    migrate(database, file, options);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof UnusableHistory) throw error;
    throw new UnusableHistory(`history file ${file}: ${reasonOf(error)}; ${wayOut(error)}`);
  }
}

function makeFolder(file: string): void {
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UnusableHistory(`history file ${file}: is a directory; --history-file must name a file`);
  }
  try {
    makeFolders(dirname(file));
  } catch (error) {
    throw new UnusableHistory(`history file ${file}: its directory must be writable: ${reasonOf(error)}`);
  }
}

/** One by one: `mkdirSync` with `recursive` never comes back where a file system takes no folders, such as /proc. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // or another process was quicker
  }
}

/** Looks, before anything is written, whether the file is one of ours, whole, and of a version known here. */
function examine(database: DatabaseSync, file: string, steps: readonly string[]): void {
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n);
  if (tables === 0) return; // an empty file, or a start that was killed before its first commit
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    throw new UnusableHistory(`history file ${file}: is a database of another program; ${WAY_OUT}`);
  }
  const version = pragma(database, 'user_version');
  if (version > steps.length) {
    throw new UnusableHistory(
      `history file ${file}: is of version ${version}, and this program knows up to ${steps.length}; use a newer program, or ${WAY_OUT}`,
    );
  }
  const verdict = String(Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0]);
  if (verdict !== 'ok') {
    throw new UnusableHistory(`history file ${file}: is damaged (${verdict.split('\n')[0]}); ${WAY_OUT}`);
  }
}

function configure(database: DatabaseSync, mostBytes: number | undefined): void {
  // a page takes 8 blocks of 240 steps; in 4 KiB pages each would spill into a page of its own
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  database.exec('PRAGMA journal_mode = WAL');
  // WAL with NORMAL survives kill -9 whole; a power cut may cost the last commits, never the file
  database.exec('PRAGMA synchronous = NORMAL');
  if (mostBytes !== undefined) {
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(mostBytes / PAGE_BYTES))}`);
  }
}

function migrate(
  database: DatabaseSync,
  file: string,
  { steps = migrations, onNotice }: SchemaOptions,
): void {
  const version = pragma(database, 'user_version');
  if (version === steps.length) return;
  if (version > 0) {
    onNotice(`history file ${file} is of version ${version}; it is brought to version ${steps.length} now`);
  }
  database.exec('BEGIN IMMEDIATE');
  try {
    // another process may have been quicker
    for (const step of steps.slice(pragma(database, 'user_version'))) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
