import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles the sidecar into one small file: loading OpenTelemetry's modules one by one costs tens of megabytes that a
 * container beside every pod would pay for. Does nothing when the bundle is newer than all it is made of.
 */
const root = join(import.meta.dirname, '..');
const bundle = join(root, 'sidecar/pkg/foresail-sidecar.js');
const sources = [
  ...sourcesIn('sidecar'),
  ...sourcesIn('istio'),
  ...sourcesIn('linkerd'),
  'package-lock.json',
];

if (sources.some((source) => modifiedMs(join(root, source)) > modifiedMs(bundle))) {
  mkdirSync(join(root, 'sidecar/pkg'), { recursive: true });
  // CommonJS, although the sources are modules: importing node:http as a module evaluates all its exports, WebSocket
  // among them, which loads the whole of undici (14 MiB); `require` does not.
  writeFileSync(join(root, 'sidecar/pkg/package.json'), '{ "type": "commonjs" }\n');
  await build({
    entryPoints: [join(root, 'sidecar/main.ts')],
    outfile: bundle,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    logLevel: 'warning',
    footer: {
      js: 'if (require.main === module) module.exports.run(process.argv.slice(2), process.env).then(process.exit);',
    },
  });
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** Minus infinity for a file that is not there. */
function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}
