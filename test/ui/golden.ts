import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';

/** Compares with `golden/NAME.txt`; `UPDATE_GOLDEN=1` writes it anew, for a reviewer to look at. */
export function matchesGolden(t: ExecutionContext, name: string, text: string): void {
  const file = new URL(`./golden/${name}.txt`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
  }
  t.true(existsSync(file), `${name}: there is no golden file; UPDATE_GOLDEN=1 writes it`);
  t.is(text, readFileSync(file, 'utf8'));
}
