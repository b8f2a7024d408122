import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { openHistory } from '../../controller/store/history.ts';
import { ensureParts } from '../rig/build.ts';
import { sessionFolder } from '../rig/namespace.ts';
import { isMissing } from '../rig/parts.ts';
import { type Prometheus, startPrometheus } from '../rig/prometheus.ts';
import { realTest } from './real-test.ts';

const WEB = 'shop/Deployment/web';
const DAY_SECONDS = 86_400;

/** A Prometheus alone, without a control plane, and a folder for the test. */
async function startAlone(t: ExecutionContext): Promise<{ prometheus: Prometheus; folder: string }> {
  const parts = await ensureParts();
  if (isMissing(parts)) throw new Error(parts.missing);
  const folder = join(sessionFolder() ?? '', 'import');
  mkdirSync(folder, { recursive: true });
  const prometheus = await startPrometheus({ parts, folder, logs: folder });
  t.teardown(() => prometheus.stop());
  return { prometheus, folder };
}

/** `foresail import` as an operator runs it. */
function foresailImport(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const executable = new URL('../../bin/foresail.js', import.meta.url).pathname;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [executable, 'import', ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

realTest('import reads a real Prometheus in pieces, and says what it refuses', async (t) => {
  const { prometheus, folder } = await startAlone(t);
  const endSeconds = Math.floor(Date.now() / 1000 / 60) * 60;
  const startSeconds = endSeconds - 3 * DAY_SECONDS;
  const shape = (unixSeconds: number) => 100 + Math.floor((unixSeconds % DAY_SECONDS) / 60);
  for (const pod of ['web-1', 'web-2']) {
    const samples = Array.from({ length: 3 * 1440 }, (_, minute) => {
      const unixSeconds = startSeconds + minute * 60;
      return { unixSeconds, value: shape(unixSeconds) / 2 };
    });
    await prometheus.backfill('shop_rps', { labels: { job: 'shop', pod }, samples });
  }
  const historyFile = join(folder, 'history.sqlite');
  const from = ['--workload', WEB, '--prometheus', prometheus.url, '--history-file', historyFile];
  const ask = (query: string) => foresailImport(...from, '--query', query, '--range', '3d', '-o', 'json');

  const two = await ask('shop_rps');
  t.is(two.code, 2);
  t.regex(two.stderr, /--query must give one series; it gives 2 .*\n {2}shop_rps\{.*pod="web-1"/);
  const wrong = await ask('sum(shop_rps');
  t.is(wrong.code, 2);
  t.regex(
    wrong.stderr,
    /refused the query with status 400, bad_data: .*parse error: unclosed left parenthesis/,
  );
  const none = await ask('sum(nothing_of_that_name)');
  t.is(none.code, 2);
  t.regex(none.stderr, /knows nothing of the query/);

  const imported = await ask('sum(shop_rps)');
  t.is(imported.code, 0, imported.stderr);
  const summary = JSON.parse(imported.stdout);
  t.is(summary.steps, 3 * 5760, 'more than one request may ask for');
  // the newest minutes are not in Prometheus yet, and samples of the past are held for 5 minutes
  t.true(summary.missing < 40, `${summary.missing} missing`);

  const history = await openHistory({ path: historyFile });
  t.teardown(() => history.close());
  const noonMs = (Math.floor(endSeconds / DAY_SECONDS) * DAY_SECONDS - DAY_SECONDS / 2) * 1000;
  // the sample at 12:01:00 is that of the step which ends there
  const [, , , lastOfMinute] = await history.rates(WEB, noonMs, noonMs + 60_000, 15);
  t.is(lastOfMinute, shape(noonMs / 1000 + 60));
});
