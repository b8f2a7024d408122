import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { build } from '../../assembly/build.mjs';
import { compile, Forecaster, mismatch } from '../../assembly/pkg/forecaster.js';

const expected = (await readFile(new URL('../../assembly/digest.txt', import.meta.url), 'utf8')).trim();

async function scratch(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'foresail-assembly-'));
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('a build from the sources gives, bit for bit, the module on record', async (t) => {
  const folder = await scratch();
  try {
    const { digest, compiled } = await build(folder, { force: true });
    t.true(compiled);
    t.is(digest, expected);
    t.is(sha256(await readFile(join(folder, 'forecaster_bg.wasm'))), expected);
    const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    t.is(about.foresail.sha256, expected);
    t.regex(await readFile(join(folder, 'forecaster_bg.wasm.sha256'), 'utf8'), new RegExp(`^${expected}  `));

    t.false((await build(folder)).compiled, 'nothing has changed, so nothing is compiled');
    await writeFile(join(folder, 'forecaster_bg.wasm'), 'damaged');
    const again = await build(folder);
    t.true(again.compiled, 'a damaged module is built again');
    t.is(again.digest, expected);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the module imports nothing, is small, and exports what the glue needs', async (t) => {
  const bytes = await readFile(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url));
  t.is(mismatch(compile(bytes)), undefined);
  t.is(sectionIds(bytes).includes(2), false, 'there is no import section');
  t.true(bytes.length <= 34_816, `${bytes.length} bytes`);
});

/** The ids of the module's sections, in order; each is an id, a LEB128 length and that many bytes. */
function sectionIds(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    ids.push(bytes[at++] ?? 0);
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) * 2 ** shift;
      more = byte > 0x7f;
    }
    at += length;
  }
  return ids;
}

test('the glue refuses bytes that are not a forecaster, and says why', (t) => {
  const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  t.throws(() => new Forecaster(empty), { instanceOf: TypeError, message: /exports no memory/ });
  t.throws(() => new Forecaster(Uint8Array.of(1, 2, 3)), { name: 'CompileError' });
});
