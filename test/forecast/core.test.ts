import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { loadCore } from '../../controller/forecast/core.ts';
import { createForecaster } from '../../controller/forecast/forecaster.ts';
import { importing, incomplete, signed } from './crafted.ts';
import { fault, request } from './traffic.ts';

const built = new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url);
const recorded = new URL('../../assembly/digest.txt', import.meta.url);

const refusal = (source: Parameters<typeof loadCore>[0]): string => {
  const core = loadCore(source);
  return core.kind === 'refused' ? core.message : 'not refused';
};

test('the module that was built is the one on record', async (t) => {
  const core = loadCore();
  t.is(core.kind, 'ready');
  if (core.kind === 'ready') t.is(core.digest, (await readFile(recorded, 'utf8')).trim());
});

test('one changed byte and the module is refused, with both digests in the message', async (t) => {
  const bytes = new Uint8Array(await readFile(built));
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  t.regex(refusal({ bytes }), /has SHA-256 [0-9a-f]{64}, on record is [0-9a-f]{64}: rebuild it/);
});

test('a missing file and bytes that are no module are refused with what to do', (t) => {
  t.regex(
    refusal({ modulePath: join(tmpdir(), 'no-such-module.wasm') }),
    /ENOENT.*build it \(node assembly\/build\.mjs\)/,
  );
  t.regex(refusal(signed(Uint8Array.of(1, 2, 3))), /CompileError/);
});

test('a module with imports, or without the exports, is refused though its digest is right', async (t) => {
  t.regex(refusal(await importing()), /it imports env\.now; a forecaster imports nothing/);
  t.regex(refusal(await incomplete()), /it does not export close, push/);
});

test('a refused module is never run: every tick is answered by a baseline that says why', async (t) => {
  const failures: string[] = [];
  const forecaster = createForecaster({
    expectedDigest: 'f'.repeat(64),
    onFailure: (reason, message) => failures.push(`${reason}: ${message}`),
  });
  const answers = await forecaster.advance([
    request('a/Deployment/short', 50, 50, 96, () => 4),
    request('a/Deployment/long', 500, 500, 96, (step) => step % 96),
  ]);
  await forecaster.close();
  t.deepEqual(
    answers.map(({ source, model, fallbackReason }) => [source, model, fallbackReason]),
    [
      ['conservative', 'builtin:conservative', 'ModelDigestMismatch'],
      ['seasonal', 'builtin:seasonal', 'ModelDigestMismatch'],
    ],
  );
  for (const answer of answers) t.is(fault(answer), undefined);
  t.is(forecaster.stats().digest, undefined);
  t.is(forecaster.stats().fallbacks.ModelDigestMismatch, 2);
  t.regex(failures[0] ?? '', /^ModelDigestMismatch: the module has SHA-256/);
});
