/**
 * Builds assembly/pkg from the AssemblyScript sources; `npm ci` runs it. Does nothing when the sources, the compiler
 * and what was built are the same as last time. Plain JavaScript, because it runs before anything else is there.
 *
 *   node assembly/build.mjs            builds, and fails when the module is not the one assembly/digest.txt names
 *   node assembly/build.mjs --accept   the same, and writes the new digest there
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const digestFile = join(here, 'digest.txt');

/**
 * No imports (abort becomes a trap), no garbage collector, at most 1 GiB. -O2 would inline 4 % more bytes and be no faster.
 * Names (--debug) are for shorten.mjs, which leaves them out.
 */
const flags = [
  '--runtime',
  'stub',
  '-O2z',
  '--converge',
  '--noAssert',
  '--debug',
  '--enable',
  'simd',
  '--use',
  'abort=',
].concat(['--maximumMemory', '16384']);

const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** Every source by its path below assembly/, with its text. */
function sources() {
  return readdirSync(here, { recursive: true })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('pkg/') && (path.endsWith('.ts') || path.endsWith('.js')))
    .sort()
    .map((path) => [path, readFileSync(join(here, path), 'utf8')]);
}

function fingerprint(files) {
  const compiler = createRequire(import.meta.url)('assemblyscript/package.json').version;
  return sha256(
    compiler,
    JSON.stringify(flags),
    JSON.stringify(files),
    ...['build.mjs', 'shorten.mjs'].map((name) => readFileSync(join(here, name))),
  );
}

function upToDate(folder, sourceDigest) {
  try {
    const built = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).foresail;
    const files = ['forecaster.js', 'forecaster.d.ts'];
    for (const file of files) readFileSync(join(folder, file));
    return (
      built.sources === sourceDigest &&
      built.sha256 === sha256(readFileSync(join(folder, 'forecaster_bg.wasm')))
    );
  } catch {
    return false;
  }
}

async function compile(files) {
  const { default: asc } = await import('assemblyscript/asc');
  const texts = new Map(files);
  let binary;
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'forecaster_bg.wasm', ...flags], {
    readFile: (path) => texts.get(path.replaceAll('\\', '/')) ?? null,
    writeFile: (path, content) => {
      if (path === 'forecaster_bg.wasm') binary = content;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`assembly: the sources do not compile:\n${stderr.toString()}`);
  const { shorten } = await import('./shorten.mjs');
  return shorten(binary);
}

/** Each file appears whole or not at all, so that a reader beside a build sees the old one or the new one. */
function place(folder, name, content) {
  const draft = join(folder, `.${name}.${process.pid}`);
  writeFileSync(draft, content);
  renameSync(draft, join(folder, name));
}

/** Builds into `folder` (default assembly/pkg) and returns the module's SHA-256 and whether it had to compile. */
export async function build(folder = join(here, 'pkg'), { force = false } = {}) {
  const files = sources();
  const sourceDigest = fingerprint(files);
  if (!force && upToDate(folder, sourceDigest)) {
    return { digest: sha256(readFileSync(join(folder, 'forecaster_bg.wasm'))), compiled: false };
  }
  const binary = await compile(files);
  const digest = sha256(binary);
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'package.json'), { force: true });
  place(folder, 'forecaster_bg.wasm', binary);
  place(folder, 'forecaster_bg.wasm.sha256', `${digest}  forecaster_bg.wasm\n`);
  for (const name of ['forecaster.js', 'forecaster.d.ts']) {
    place(folder, name, readFileSync(join(here, 'glue', name)));
  }
  const about = {
    name: 'foresail-forecaster',
    type: 'module',
    version: '0.1.0',
    license: 'Apache-2.0',
    files: ['forecaster_bg.wasm', 'forecaster_bg.wasm.sha256', 'forecaster.js', 'forecaster.d.ts'],
    main: 'forecaster.js',
    types: 'forecaster.d.ts',
    sideEffects: false,
    foresail: { sha256: digest, sources: sourceDigest },
  };
  place(folder, 'package.json', `${JSON.stringify(about, null, 2)}\n`);
  return { digest, compiled: true };
}

async function main(accept) {
  const { digest } = await build();
  if (accept) writeFileSync(digestFile, `${digest}\n`);
  const expected = readFileSync(digestFile, 'utf8').trim();
  if (digest !== expected) {
    console.error(
      `assembly: the build gives ${digest}, assembly/digest.txt says ${expected}.\n` +
        'If the sources or the compiler were changed on purpose, run: node assembly/build.mjs --accept',
    );
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(process.argv.includes('--accept'));
