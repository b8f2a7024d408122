import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TELEMETRY_AUDIENCE } from '../../sidecar/signals.ts';
import { command } from '../rig/command.ts';
import { type ControllerProcess, type InstalledForesail, installForesail } from '../rig/foresail.ts';
import { type Load, startLoad, summarize } from '../rig/load.ts';
import { type Mesh, startMesh } from '../rig/mesh.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { scalerManifest } from './installed.ts';
import { realTest, useRig } from './real-test.ts';
import { assertNoScaleDown, holderOf, scaleWrites } from './scale-writes.ts';
import { until } from './until.ts';

/*
 * The main job on real parts. One day is 150 s long: 30 requests/s, and from second 90 to 130 of each day 120. Its
 * history is as many such days as four hours hold; the test plays the days that follow it in real time.
 *
 *      120 |         ______
 *       30 |________|      |__
 *          0        90   130  150 s
 */
const STEP_SECONDS = 5;
const DAY_SECONDS = 150;
const RISE_SECOND = 90;
const FALL_SECOND = 130;
const BASE_RPS = 30;
const PEAK_RPS = 120;
const RPS_PER_REPLICA = 15;
const MIN_REPLICAS = 3;
const STARTUP_SECONDS = 20;
const HISTORY_SECONDS = 4 * 3600;
const PLAYED_DAYS = 3;
const STAGE_SECONDS = 30;

const rateAt = (second: number): number => {
  const inDay = ((second % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  return inDay >= RISE_SECOND && inDay < FALL_SECOND ? PEAK_RPS : BASE_RPS;
};

const NAMESPACE = 'shop';
const LEAD_METRIC = `foresail_lead_time_seconds{namespace="${NAMESPACE}",kind="Deployment",name="web"}`;

interface Stage {
  readonly foresail: InstalledForesail;
  readonly mesh: Mesh;
  readonly load: Load;
  /** Unix ms of second 0 of the first day that is played. */
  readonly dayZeroMs: number;
}

const rig = useRig({ name: 'trunk' });
let stage: Stage | undefined;
const on = (): Stage => {
  if (stage === undefined) throw new Error('the stage was not set; see the first test');
  return stage;
};
const msOfRise = (day: number): number => on().dayZeroMs + (day * DAY_SECONDS + RISE_SECOND) * 1000;
const sleepUntil = (ms: number): Promise<void> => sleep(Math.max(0, ms - Date.now()));

realTest(
  'replicas rise at least one learned lead time before the load, as the API server recorded it',
  async (t) => {
    stage = await setStage();
    await sleepUntil(msOfRise(0) + 15_000);
    const writes = await scaleWrites(rig(), NAMESPACE, 'web');
    const enough = writes.find(
      ({ code, replicas }) => code === 200 && replicas * RPS_PER_REPLICA >= PEAK_RPS,
    );
    t.truthy(enough, `no write asked for ${PEAK_RPS / RPS_PER_REPLICA} replicas: ${JSON.stringify(writes)}`);
    const leads = await Promise.all(on().foresail.controllers.map((one) => one.metric(LEAD_METRIC)));
    for (const lead of leads)
      t.true(Math.abs((lead ?? 0) - STARTUP_SECONDS) <= 5, `learned lead time ${lead} s`);
    const aheadSeconds = (msOfRise(0) - (enough?.atMs ?? Number.NaN)) / 1000;
    t.log(
      `asked for ${enough?.replicas} replicas ${aheadSeconds.toFixed(1)} s before the load; lead ${leads} s`,
    );
    t.true(aheadSeconds >= Math.max(...leads.map(Number)), `only ${aheadSeconds} s ahead`);
    const ready = await readyCount();
    t.true(ready * RPS_PER_REPLICA >= PEAK_RPS, `${ready} Ready 15 s into the peak`);
    const peak = on().load.seconds.slice(RISE_SECOND, RISE_SECOND + 12);
    const { sent, succeeded, latencyMs } = summarize(peak);
    t.log(
      `first 12 s of the peak: ${sent} requests, ${sent - succeeded} failed, p99 ${latencyMs(99).toFixed(0)} ms`,
    );
    t.true(succeeded / sent >= 0.99, `${sent - succeeded} of ${sent} failed`);
  },
  { timeoutMs: 240_000 },
);

realTest(
  'after kill -9 of the leader the other acts within 15 s, warm, and removes nothing',
  async (t) => {
    // Shortly before the next day's pods must be asked for.
    await sleepUntil(msOfRise(1) - 55_000);
    const leader = await leaderNow();
    const other = on().foresail.controllers.find((one) => one !== leader);
    const killedMs = Date.now();
    await leader.part.kill('SIGKILL');
    await until(async () => (await holderOf(rig())).startsWith(`${other?.name}_`), 20_000);
    t.log(`the other leads ${((Date.now() - killedMs) / 1000).toFixed(1)} s after the kill`);
    const status = () => statusWrites(killedMs);
    await until(async () => (await status()).length > 0, 20_000);
    const [acted] = await status();
    t.true(
      (acted ?? Number.NaN) - killedMs <= 15_000,
      `acted ${(acted ?? Number.NaN) - killedMs} ms after the kill`,
    );
    await sleepUntil(msOfRise(1));
    const writes = await scaleWrites(rig(), NAMESPACE, 'web');
    const after = writes.filter(({ atMs }) => atMs > killedMs);
    const ahead = after.find(({ replicas, code }) => code === 200 && replicas * RPS_PER_REPLICA >= PEAK_RPS);
    t.truthy(ahead, 'the follower was warm: it asked for the peak before the peak');
    t.true(ahead?.manager.includes(`/${other?.name}_`));
    t.log(
      `and asked for the peak ${((msOfRise(1) - (ahead?.atMs ?? Number.NaN)) / 1000).toFixed(1)} s before it`,
    );
    assertNoScaleDown(t, writes, killedMs, msOfRise(1));
    await leader.part.start();
  },
  { timeoutMs: 240_000 },
);

realTest(
  'a leader stopped between decision and write is refused by the API server when it wakes up',
  async (t) => {
    const leader = await leaderNow();
    const other = on().foresail.controllers.find((one) => one !== leader);
    leader.freezeAtNextWrite();
    const present = await specReplicas();
    const wanted = present + 2;
    await patchScaler({ minReplicas: wanted });
    await until(() => isStopped(leader.part.pid), 15_000);
    const stoppedMs = Date.now();
    await until(async () => (await specReplicas()) >= wanted, 30_000);
    await sleepUntil(stoppedMs + 20_000);
    await leader.part.kill('SIGCONT');
    const late = async () =>
      (await scaleWrites(rig(), NAMESPACE, 'web')).filter(
        ({ atMs, manager }) => atMs >= stoppedMs + 19_000 && manager.includes(`/${leader.name}_`),
      );
    await until(async () => (await late()).length > 0, 20_000);
    const [write] = await late();
    t.log(`late write: ${write?.code} ${write?.message}`);
    t.true([403, 422].includes(write?.code ?? 0), `the late write was answered ${write?.code}`);
    t.regex(write?.message ?? '', /epoch must be|holder must be/);
    t.true((await holderOf(rig())).startsWith(`${other?.name}_`));
    await patchScaler({ minReplicas: MIN_REPLICAS });
  },
);

realTest(
  'when sidecars stop nothing is read as zero, and telemetry that returns is taken without a restart',
  async (t) => {
    const fresh = async () => condition('TelemetryFresh');
    await until(async () => (await fresh()) === 'True', 30_000);
    const before = await specReplicas();
    const stoppedMs = Date.now();
    await on().mesh.stopSidecars();
    await until(async () => (await fresh()) === 'False', 60_000);
    await sleep(20_000);
    assertNoScaleDown(t, await scaleWrites(rig(), NAMESPACE, 'web'), stoppedMs, Date.now());
    t.true((await specReplicas()) >= before);
    await on().mesh.startSidecars();
    await until(async () => (await fresh()) === 'True', 60_000);
    t.pass();
  },
  { timeoutMs: 240_000 },
);

realTest(
  'the API server goes for 60 s and returns: no crash, no burst of writes, watches resumed',
  async (t) => {
    const pids = on().foresail.controllers.map(({ part }) => part.pid);
    await rig().apiserver.kill('SIGKILL');
    await sleep(60_000);
    await rig().apiserver.start();
    const backMs = Date.now();
    await until(async () => (await holderOf(rig())) !== '', 30_000);
    await sleep(20_000);
    t.deepEqual(
      on().foresail.controllers.map(({ part }) => part.pid),
      pids,
    );
    const writes = await foresailWrites(backMs);
    t.log(`${writes} writes of scale, status or Events in the first 20 s`);
    t.true(writes <= 12, `${writes} writes in 20 s`);
    const present = await specReplicas();
    await patchScaler({ minReplicas: present + 1 });
    await until(async () => (await specReplicas()) >= present + 1, 30_000);
    await patchScaler({ minReplicas: MIN_REPLICAS });
  },
  { timeoutMs: 240_000 },
);

async function setStage(): Promise<Stage> {
  await rig().kubectl(['create', 'namespace', NAMESPACE]);
  const spec = { name: 'web', namespace: NAMESPACE, replicas: MIN_REPLICAS, startupSeconds: STARTUP_SECONDS };
  await rig().apply(sampleWorkload(spec));
  const workload = { namespace: NAMESPACE, selector: 'app=web' };
  await rig().startPods({ workloads: [workload] });
  await until(async () => (await readyCount()) === MIN_REPLICAS, 60_000);

  const stepMs = STEP_SECONDS * 1000;
  const dayZeroMs = Math.ceil((Date.now() + STAGE_SECONDS * 1000) / stepMs) * stepMs;
  const history = writeHistory(dayZeroMs);
  const foresail = await installForesail(rig(), {
    stepSeconds: STEP_SECONDS,
    prepare: (historyFile) => importHistory(history, historyFile),
  });
  const gateway = await rig().startEnvoy({ name: 'gateway', clusters: { web: [] } });
  const mesh = await startMesh({
    ...{ rig: rig(), workload, gateway, gatewayCluster: 'web', serviceAccount: 'default' },
    ...{ endpoints: foresail.endpoints, audience: TELEMETRY_AUDIENCE, intervalSeconds: 2 },
  });
  await until(() => mesh.pods().length === MIN_REPLICAS, 30_000);
  await rig().apply(
    scalerManifest(NAMESPACE, 'web', {
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      ...{ minReplicas: MIN_REPLICAS, maxReplicas: 14, mode: 'Automatic' },
      capacity: { requestsPerSecondPerReplica: RPS_PER_REPLICA },
      forecast: { mayScaleDown: true, seasonSeconds: DAY_SECONDS },
    }),
  );
  if (Date.now() > dayZeroMs) throw new Error(`the stage took longer than ${STAGE_SECONDS} s to set`);
  await sleepUntil(dayZeroMs);
  const profile = Array.from({ length: PLAYED_DAYS * DAY_SECONDS }, (_, second) => rateAt(second));
  const load = startLoad({ url: gateway.url, profile });
  rig().onStop(async () => void (await load.stop()));
  return { foresail, mesh, load, dayZeroMs };
}

/** The same daily shape, in requests per second, for four hours until now: the stage is set before day zero. */
function writeHistory(dayZeroMs: number): string {
  const file = join(rig().folder, 'history.csv');
  const steps = HISTORY_SECONDS / STEP_SECONDS;
  const aheadSeconds = STAGE_SECONDS + 2 * STEP_SECONDS;
  const rows = Array.from({ length: steps }, (_, index) => {
    const second = (index - steps) * STEP_SECONDS - aheadSeconds;
    const noise = Math.sin(index * 1.7) * 1.5;
    return `${dayZeroMs / 1000 + second},${(rateAt(second) + noise).toFixed(2)}`;
  });
  writeFileSync(file, `timestamp,value\n${rows.join('\n')}\n`);
  return file;
}

async function importHistory(input: string, historyFile: string): Promise<void> {
  const foresail = join(import.meta.dirname, '..', '..', 'bin', 'foresail.js');
  const { code, stderr } = await command(process.execPath, [
    ...[foresail, 'import', '--workload', `${NAMESPACE}/Deployment/web`, '--input', input],
    ...['--history-file', historyFile, '--step-seconds', String(STEP_SECONDS)],
  ]);
  if (code !== 0) throw new Error(`import failed: ${stderr}`);
}

async function leaderNow(): Promise<ControllerProcess> {
  const holder = await holderOf(rig());
  const leader = on().foresail.controllers.find(({ name }) => holder.startsWith(`${name}_`));
  if (leader === undefined) throw new Error(`nobody of ours leads: ${holder}`);
  return leader;
}

async function get(path: string): Promise<string> {
  const [kind = '', jsonpath = ''] = path.split(' ');
  return (await rig().kubectl(['get', kind, '-n', NAMESPACE, `-o=jsonpath=${jsonpath}`])).stdout;
}

const specReplicas = async (): Promise<number> => Number(await get('deployment/web {.spec.replicas}'));
const readyCount = async (): Promise<number> =>
  Number((await get('deployment/web {.status.readyReplicas}')) || 0);
const condition = (type: string): Promise<string> =>
  get(`pscaler/web {.status.conditions[?(@.type=="${type}")].status}`);

async function patchScaler(spec: object): Promise<void> {
  await rig().kubectl([
    'patch',
    'pscaler',
    'web',
    '-n',
    NAMESPACE,
    '--type=merge',
    '-p',
    JSON.stringify({ spec }),
  ]);
}

async function isStopped(pid: number | undefined): Promise<boolean> {
  const { stdout } = await command('ps', ['-o', 'stat=', '--ppid', String(pid), '-p', String(pid)]);
  return /T/.test(stdout);
}

async function statusWrites(sinceMs: number): Promise<number[]> {
  const events = await rig().audit();
  return events
    .filter(
      ({ resource, subresource, verb }) =>
        resource === 'predictivescalers' && subresource === 'status' && verb === 'patch',
    )
    .map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp))
    .filter((atMs) => atMs > sinceMs);
}

async function foresailWrites(sinceMs: number): Promise<number> {
  const events = await rig().audit();
  return events.filter(
    ({ user, resource, verb, requestReceivedTimestamp }) =>
      user === 'system:serviceaccount:foresail:foresail' &&
      resource !== 'leases' &&
      ['create', 'patch', 'update'].includes(verb) &&
      Date.parse(requestReceivedTimestamp) > sinceMs,
  ).length;
}
