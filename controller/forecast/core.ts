import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CompiledModule, compile, mismatch } from '../../assembly/pkg/forecaster.js';

/** Compiled once and shared by every worker; or not run at all, and why. */
export type Core =
  | { readonly kind: 'ready'; readonly module: CompiledModule; readonly digest: string }
  | { readonly kind: 'refused'; readonly message: string };

export interface CoreSource {
  /** The module's bytes; read from `modulePath` when absent. */
  readonly bytes?: Uint8Array;
  /** @default assembly/pkg/forecaster_bg.wasm */
  readonly modulePath?: string;
  /** SHA-256 (hex) of the only module that may run. @default what assembly/digest.txt says */
  readonly expectedDigest?: string;
}

const builtModule = fileURLToPath(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url));
const recordedDigest = new URL('../../assembly/digest.txt', import.meta.url);

/** Verifies before it compiles: bytes that are not on record are never given to the engine. */
export function loadCore(source: CoreSource = {}): Core {
  const path = source.modulePath ?? builtModule;
  try {
    const bytes = source.bytes ?? readFileSync(path);
    const expected = source.expectedDigest ?? readFileSync(recordedDigest, 'utf8').trim();
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (digest !== expected) {
      return refused(
        `the module has SHA-256 ${digest}, on record is ${expected}: rebuild it (node assembly/build.mjs)`,
      );
    }
    const module = compile(bytes);
    const reason = mismatch(module);
    return reason ? refused(`the module is no forecaster: ${reason}`) : { kind: 'ready', module, digest };
  } catch (error) {
    return refused(`the module cannot be loaded (${String(error)}): build it (node assembly/build.mjs)`);
  }
}

function refused(message: string): Core {
  return { kind: 'refused', message };
}
