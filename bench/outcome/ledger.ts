import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CellOutcome, cellKey } from './cell.ts';

/** All that an outcome follows from, but for the traces. */
const SOURCES = [
  'assembly/digest.txt',
  'bench/outcome/{cell,play}.ts',
  'bench/learn/*',
  'bench/replay/**/*.ts',
  'controller/clock.ts',
  'controller/{api,forecast,policy,series,store}/**/*.ts',
];
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Changes with every change of the code that is measured: what another code has played is no outcome of this one. */
export function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of globSync(SOURCES, { cwd: root }).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(`${root}/${file}`))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** What was played, a line of JSON each, so that a run that was interrupted goes on where it was. */
export class Ledger {
  readonly #file: string;
  readonly #outcomes: Map<string, CellOutcome>;

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    this.#outcomes = new Map(lines.flatMap(outcomeIn).map((outcome) => [cellKey(outcome), outcome] as const));
  }

  has(key: string): boolean {
    return this.#outcomes.has(key);
  }

  add(outcomes: readonly CellOutcome[]): void {
    for (const outcome of outcomes) this.#outcomes.set(cellKey(outcome), outcome);
    // The line break comes first: what was written last may have been cut off.
    appendFileSync(this.#file, outcomes.map((outcome) => `\n${JSON.stringify(outcome)}`).join(''));
  }

  get(key: string): CellOutcome | undefined {
    return this.#outcomes.get(key);
  }
}

/** Nothing for a line that was cut off. NaN is null in JSON. */
function outcomeIn(line: string): CellOutcome[] {
  try {
    return [JSON.parse(line, (_, value: unknown) => (value === null ? Number.NaN : value)) as CellOutcome];
  } catch {
    return [];
  }
}
