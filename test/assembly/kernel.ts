import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Node's WebAssembly, of which its types only know the namespace. */
interface Engine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
}
const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

/**
 * Compiles `source`, AssemblyScript that imports kernels as './assembly/…', and returns its exports: numbers in, numbers out.
 * Kernels are not exported by the module that is shipped.
 */
export async function kernel(
  source: string,
): Promise<(name: string, ...numbers: readonly number[]) => number> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    ['kernel.ts', '--outFile', 'kernel.wasm', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='],
    {
      readFile: (path) => (path === 'kernel.ts' ? source : text(root + path)),
      writeFile: (path, content) => {
        if (path === 'kernel.wasm' && typeof content !== 'string') binary = Uint8Array.from(content);
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(stderr.toString());
  const { exports } = new engine.Instance(new engine.Module(binary));
  return (name, ...numbers) => {
    const found = exports[name];
    if (typeof found !== 'function') throw new TypeError(`no kernel ${name}`);
    return Number(found(...numbers));
  };
}

function text(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
