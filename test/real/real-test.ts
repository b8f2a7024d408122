import test, { type ExecutionContext, type ImplementationFn } from 'ava';
import { sessionFolder } from '../rig/namespace.ts';
import { MISSING } from '../rig/parts.ts';
import { type Rig, type RigOptions, startRig } from '../rig/rig.ts';

const OUTSIDE = 'not inside the rig; use npm test, or node test/real/run.ts FILE';

type RealTestOptions = { readonly timeoutMs?: number };

const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * A test on real parts. Where those cannot be had it is skipped, with the reason in its title, or it fails when
 * FORESAIL_REQUIRE_REAL=1. The tests of a file run one after the other, as they share a control plane.
 */
export function realTest(
  title: string,
  implementation: ImplementationFn<[], unknown>,
  options: RealTestOptions = {},
): void {
  const reason = missingReason();
  if (reason === undefined) {
    test.serial(title, async (t) => {
      t.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      await implementation(t);
    });
  } else if (process.env.FORESAIL_REQUIRE_REAL === '1') {
    test.serial(title, (t) => t.fail(`FORESAIL_REQUIRE_REAL=1, but ${reason}`));
  } else {
    test.skip(`${title} (skipped: ${reason})`, implementation);
  }
}

function missingReason(): string | undefined {
  return process.env[MISSING] ?? (sessionFolder() === undefined ? OUTSIDE : undefined);
}

/** Starts a rig before the file's tests and stops it after them; logs are kept when one fails. */
export function useRig(options: RigOptions, prepare?: (rig: Rig) => Promise<void>): () => Rig {
  let rig: Rig | undefined;
  if (missingReason() !== undefined) return () => assertStarted(rig);
  let failed = false;
  test.serial.before('the rig starts', async (t) => {
    t.timeout(DEFAULT_TIMEOUT_MS);
    rig = await startRig(options);
    await prepare?.(rig);
  });
  test.serial.afterEach.always('failures are noted', (t: ExecutionContext) => {
    failed ||= !t.passed;
  });
  test.serial.after.always('the rig stops', async (t) => {
    if (failed && rig !== undefined) t.log(`logs of the parts: ${rig.keepLogs()}`);
    await rig?.stop();
  });
  return () => assertStarted(rig);
}

function assertStarted(rig: Rig | undefined): Rig {
  if (rig === undefined) throw new Error('the rig is there only while the tests run');
  return rig;
}
