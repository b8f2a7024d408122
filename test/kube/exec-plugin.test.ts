import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import test, { type ExecutionContext } from 'ava';
import { type Clock, systemClock, VirtualClock } from '../../controller/clock.ts';
import { createConnection, Unreachable } from '../../controller/kube/connection.ts';
import { answer, eventually, startFakeApi } from './fake-api.ts';

/** A connection whose token comes from a shell script, as from `aws eks get-token`. */
async function bench(t: ExecutionContext, script: string, clock: Clock) {
  const folder = mkdtempSync(join(tmpdir(), 'foresail-exec-'));
  const file = join(folder, 'plugin.sh');
  writeFileSync(file, script.replaceAll('FOLDER', folder));
  const api = await startFakeApi();
  api.faults.push((_, response) => {
    answer(response, 200, {});
    return true;
  });
  const config = new KubeConfig();
  const server = api.config().getCurrentCluster()?.server ?? '';
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: [file] };
  config.loadFromClusterAndUser({ name: 'c', server, skipTLSVerify: true }, { name: 'u', exec });
  const connection = createConnection(config, clock);
  t.teardown(async () => {
    connection.close();
    await api.close();
    rmSync(folder, { recursive: true });
  });
  return { folder, api, send: () => connection.send({ method: 'GET', path: '/x' }) };
}

const credential = JSON.stringify({ kind: 'ExecCredential', status: { token: 'fresh' } });

test('the token of an exec plug-in is sent', async (t) => {
  const { api, send } = await bench(t, `echo '${credential}'`, systemClock);
  t.is((await send()).status, 200);
  t.is(api.seen[0]?.headers.authorization, 'Bearer fresh');
});

test('an exec plug-in that fails without a word is said to', async (t) => {
  const { send } = await bench(t, 'exit 3', systemClock);
  await t.throwsAsync(send(), {
    instanceOf: Unreachable,
    message: 'no credentials: the exec command failed without a word',
  });
});

test('an exec plug-in that hangs is killed at the deadline with what it started, and asked again', async (t) => {
  const clock = new VirtualClock(0);
  const hangs = `if [ -e FOLDER/again ]; then echo '${credential}'; exit; fi
    sleep 600 & echo $! > FOLDER/child.tmp; mv FOLDER/child.tmp FOLDER/child; wait`;
  const { folder, api, send } = await bench(t, hangs, clock);
  const call = send();
  await eventually('the plug-in has started', () => existsSync(join(folder, 'child')));
  clock.advance(9_999);
  await new Promise(setImmediate);
  t.is(api.seen.length, 0);
  clock.advance(1);
  await t.throwsAsync(call, {
    instanceOf: Unreachable,
    message:
      'no credentials: exec command sh gave no credentials within 10 s; it must answer without asking anything',
  });
  const child = Number(readFileSync(join(folder, 'child'), 'utf8'));
  await eventually('what it started has ended', () => !isRunning(child));

  writeFileSync(join(folder, 'again'), '');
  t.is((await send()).status, 200);
});

/** A zombie has ended, whoever has yet to collect it. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
