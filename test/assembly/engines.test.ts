import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { runInBrowser } from '../rig/browser.ts';
import { mustRun } from '../rig/command.ts';
import { ensureChromium, ensureNode } from '../rig/engines.ts';

/*
 * The golden record holds on other engines too. They are fetched once; where they cannot be had the test says so and
 * passes, or fails when FORESAIL_REQUIRE_REAL=1.
 */
const root = new URL('../../', import.meta.url).pathname;
const onRecord = (): unknown =>
  JSON.parse(readFileSync(new URL('../golden/assembly-forecast.json', import.meta.url), 'utf8')).sha256;

const agrees = test.macro(
  async (
    t: ExecutionContext,
    ensure: (say: (line: string) => void) => Promise<string>,
    play: (executable: string) => Promise<string>,
  ) => {
    t.timeout(600_000);
    let executable: string;
    try {
      executable = await ensure((line) => t.log(line));
    } catch (error) {
      if (process.env.FORESAIL_REQUIRE_REAL === '1') throw error;
      t.log(`SKIPPED: ${(error as Error).message}`);
      t.pass();
      return;
    }
    t.log((await mustRun(executable, ['--version'])).trim());
    t.deepEqual(JSON.parse(await play(executable)), onRecord());
  },
);

const inNode = (executable: string): Promise<string> =>
  mustRun(executable, [`${root}test/assembly/stream-main.js`]);

const SCRIPT = `
import * as glue from '/assembly/pkg/forecaster.js';
import { digests } from '/test/assembly/stream.js';
const answer = async () => {
  const wasm = new Uint8Array(await (await fetch('/assembly/pkg/forecaster_bg.wasm')).arrayBuffer());
  return JSON.stringify(await digests(glue, wasm));
};
const body = await answer().catch((error) => JSON.stringify(String(error)));
await fetch('/answer', { method: 'POST', body });
`;

test('Node 26 gives the same bits', agrees, (say) => ensureNode('26.10.0', say), inNode);
test('Node 20 gives the same bits', agrees, (say) => ensureNode('20.20.2', say), inNode);
test('Chromium gives the same bits', agrees, ensureChromium, (executable) =>
  runInBrowser(executable, root, SCRIPT),
);
