import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TELEMETRY_AUDIENCE } from '../../sidecar/signals.ts';
import type { ControllerProcess } from '../rig/foresail.ts';
import { summarize } from '../rig/load.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { otlpExport, post } from './otlp.ts';
import { realTest, useRig } from './real-test.ts';
import { assertNoScaleDown, holderOf, scaleWrites, writesSince } from './scale-writes.ts';
import {
  BASE_RPS,
  MIN_REPLICAS,
  NAMESPACE,
  PEAK_RPS,
  RISE_SECOND,
  RPS_PER_REPLICA,
  STARTUP_SECONDS,
  type Stage,
  setStage,
} from './stage.ts';

/* The main job on real parts; see stage.ts for the load. The tests run in order and share one stage. */

const WEB = `namespace="${NAMESPACE}",kind="Deployment",name="web"`;
const LEAD = `foresail_lead_time_seconds{${WEB}}`;
const DEMAND = `foresail_demand_requests_per_second{${WEB}}`;
const STALE = 'foresail_cluster_stale_seconds';
const MEDIAN = `foresail_forecast_requests_per_second{${WEB},quantile="0.5"}`;

const rig = useRig({ name: 'trunk' });
let stage: Stage | undefined;
const on = (): Stage => {
  if (stage === undefined) throw new Error('the stage was not set; see the first test');
  return stage;
};
const riseMs = (): number => on().dayZeroMs + RISE_SECOND * 1000;
const sleepUntil = (ms: number): Promise<void> => sleep(Math.max(0, ms - Date.now()));

realTest(
  'replicas rise at least one learned lead time before the load, as the API server recorded it',
  async (t) => {
    stage = await setStage(rig());
    const [controller] = on().foresail.controllers;
    await sleepUntil(riseMs() - 45_000);
    const early = await controller?.metric(MEDIAN);
    await sleepUntil(riseMs() - 5_000);
    const late = await controller?.metric(MEDIAN);
    const demand = await controller?.metric(DEMAND);
    t.log(`forecast ${early} requests/s 45 s before the load, ${late} 5 s before it; demand then ${demand}`);
    t.true((early ?? Number.NaN) < PEAK_RPS * 0.7, 'no peak is expected before it is in reach');
    t.true((late ?? Number.NaN) > PEAK_RPS * 0.8, 'the peak is expected');
    t.true((demand ?? Number.NaN) < BASE_RPS * 1.5, 'and is not there yet');

    await sleepUntil(riseMs() + 15_000);
    const writes = await scaleWrites(rig(), NAMESPACE, 'web');
    const enough = writes.find(
      ({ code, replicas }) => code === 200 && replicas * RPS_PER_REPLICA >= PEAK_RPS,
    );
    t.truthy(enough, `nobody asked for ${PEAK_RPS / RPS_PER_REPLICA} replicas: ${JSON.stringify(writes)}`);
    const leads = await Promise.all(on().foresail.controllers.map((one) => one.metric(LEAD)));
    for (const lead of leads)
      t.true(Math.abs((lead ?? 0) - STARTUP_SECONDS) <= 5, `learned lead time ${lead} s`);
    const aheadSeconds = (riseMs() - (enough?.atMs ?? Number.NaN)) / 1000;
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

realTest('after kill -9 of the leader the other acts within 15 s, warm, and removes nothing', async (t) => {
  const { leader, other } = await leaderAndOther();
  const warmLead = await other.metric(LEAD);
  const killedMs = Date.now();
  await leader.part.kill('SIGKILL');
  const wanted = (await specReplicas()) + 1;
  await patchScaler({ minReplicas: wanted });
  const acted = async () =>
    (await scaleWrites(rig(), NAMESPACE, 'web')).find(({ atMs, code }) => atMs > killedMs && code === 200);
  await until(async () => (await acted()) !== undefined, 30_000);
  const write = await acted();
  t.true(write?.manager.includes(`/${other.name}_`));
  t.is(write?.replicas, wanted);
  const afterSeconds = ((write?.atMs ?? Number.NaN) - killedMs) / 1000;
  t.log(`the other acted ${afterSeconds.toFixed(1)} s after the kill`);
  t.true(afterSeconds <= 15, `${afterSeconds} s`);
  t.is(await other.metric(LEAD), warmLead, 'it had learned the lead time before it led');
  t.is(await get('pscaler/web {.status.model}'), 'champion', 'and its model had its history');
  await sleep(15_000);
  assertNoScaleDown(t, await scaleWrites(rig(), NAMESPACE, 'web'), killedMs, Date.now());
  await leader.part.start();
  await patchScaler({ minReplicas: MIN_REPLICAS });
});

realTest(
  'a leader stopped between decision and write is refused by the API server when it wakes up',
  async (t) => {
    const { leader, other } = await leaderAndOther();
    leader.freezeAtNextWrite();
    const wanted = (await specReplicas()) + 1;
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
    t.log(`its late write was answered ${write?.code}: ${write?.message}`);
    t.true([403, 422].includes(write?.code ?? 0), `answered ${write?.code}`);
    t.regex(write?.message ?? '', /epoch must be|holder must be/);
    t.true((await holderOf(rig())).startsWith(`${other.name}_`));
    await patchScaler({ minReplicas: MIN_REPLICAS });
  },
);

realTest(
  'proxies that restart make no spike, NaN is not zero, and replicas hold while sidecars are stopped',
  async (t) => {
    const { leader } = await leaderAndOther();
    await until(isFresh, 30_000);
    const sinceMs = Date.now();
    for (const { proxy } of on().mesh.pods()) {
      await proxy.part.kill('SIGKILL');
      await proxy.part.start();
    }
    const seen: number[] = [];
    for (let look = 0; look < 5; look++) {
      await sleep(2_500);
      seen.push((await leader.metric(DEMAND)) ?? Number.NaN);
    }
    on().liar.tell('nan');
    await until(async () => !(await isFresh()), 60_000);
    on().liar.tell('none');
    await until(isFresh, 60_000);
    t.log(`demand after all proxies restarted: ${seen.map((rps) => rps.toFixed(0)).join(', ')} requests/s`);
    t.true(
      seen.every((rps) => !(rps > PEAK_RPS * 1.5)),
      'no spike',
    );

    await on().mesh.stopSidecars();
    await until(async () => !(await isFresh()), 60_000);
    await sleep(8_000);
    assertNoScaleDown(t, await scaleWrites(rig(), NAMESPACE, 'web'), sinceMs, Date.now());
    await on().mesh.startSidecars();
    await until(isFresh, 60_000);
    const { part } = leader;
    t.truthy(part.pid, 'without a restart');
  },
  { timeoutMs: 300_000 },
);

realTest(
  'no token, an expired one, another audience, another name: no effect on anybody’s replicas',
  async (t) => {
    await rig().apply(
      sampleWorkload({ name: 'victim', namespace: NAMESPACE, replicas: 1, startupSeconds: 1 }),
    );
    const { leader } = await leaderAndOther();
    const [meshed] = on().mesh.pods();
    if (meshed === undefined) throw new Error('a meshed pod is there');
    const { name, uid } = meshed.pod;
    const own = { namespace: NAMESPACE, serviceAccount: 'default', pod: { name, uid } };
    const sinceMs = Date.now();
    const claim = otlpExport({ deployment: 'victim', namespace: NAMESPACE, requests: 1_000_000 });
    const answers = {
      none: await post(leader.otlpUrl, claim),
      expired: await post(
        leader.otlpUrl,
        claim,
        await rig().token({ ...own, audience: TELEMETRY_AUDIENCE, expirationSeconds: -60 }),
      ),
      otherAudience: await post(leader.otlpUrl, claim, await rig().token(own)),
      notOfAPod: await post(
        leader.otlpUrl,
        claim,
        await rig().token({ namespace: NAMESPACE, serviceAccount: 'default', audience: TELEMETRY_AUDIENCE }),
      ),
      otherName: await post(
        leader.otlpUrl,
        claim,
        await rig().token({ ...own, audience: TELEMETRY_AUDIENCE }),
      ),
    };
    t.deepEqual(answers, { none: 401, expired: 401, otherAudience: 401, notOfAPod: 401, otherName: 200 });
    const refused = async (reason: string) =>
      leader.metric(`foresail_ingest_refused_total{reason="${reason}"}`);
    t.true(((await refused('TokenMissing')) ?? 0) >= 1);
    t.true(((await refused('TokenRefused')) ?? 0) >= 3);
    t.true(((await leader.metric('foresail_ingest_mismatched_claims_total{reason="claim"}')) ?? 0) >= 1);
    await sleep(12_000);
    t.deepEqual(await scaleWrites(rig(), NAMESPACE, 'victim'), []);
    const web = (await scaleWrites(rig(), NAMESPACE, 'web')).filter(({ atMs }) => atMs > sinceMs);
    t.deepEqual(
      web.filter(({ replicas }) => replicas > 2 * (PEAK_RPS / RPS_PER_REPLICA)),
      [],
    );
  },
);

realTest(
  'the API server goes for 60 s and returns: no crash, no burst of writes, watches resumed',
  async (t) => {
    const pids = on().foresail.controllers.map(({ part }) => part.pid);
    await rig().apiserver.kill('SIGKILL');
    await sleep(60_000);
    const [controller] = on().foresail.controllers;
    t.true(((await controller?.metric(STALE)) ?? 0) >= 50, 'that the view of the cluster is old is told');
    await rig().apiserver.start();
    const backMs = Date.now();
    await until(async () => ((await controller?.metric(STALE)) ?? Number.POSITIVE_INFINITY) < 15, 60_000);
    t.log(`level again ${((Date.now() - backMs) / 1000).toFixed(1)} s after the API server was ready`);
    await until(async () => (await holderOf(rig())) !== '', 30_000);
    await sleepUntil(backMs + 10_000);
    t.deepEqual(
      on().foresail.controllers.map(({ part }) => part.pid),
      pids,
    );
    const writes = await writesSince(rig(), backMs);
    t.log(`${writes.length} writes of scale, status or Events in the first 10 s`);
    t.true(writes.length <= 12, JSON.stringify(writes));
    const wanted = (await specReplicas()) + 1;
    await patchScaler({ minReplicas: wanted });
    await until(async () => (await specReplicas()) >= wanted, 30_000);
  },
  { timeoutMs: 240_000 },
);

realTest('no token was ever logged', (t) => {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const controllers = on().foresail.controllers.map(({ part }) => mib(part.rssBytes()));
  const [meshed] = on().mesh.pods();
  t.log(`RSS: controllers ${controllers.join(', ')}; a sidecar ${mib(meshed?.sidecar.rssBytes() ?? 0)}`);
  for (const { part } of on().foresail.controllers)
    t.notRegex(readFileSync(part.logFile, 'utf8'), /eyJ[\w-]{20,}\./);
  for (const { sidecar } of on().mesh.pods())
    t.notRegex(readFileSync(sidecar.logFile, 'utf8'), /eyJ[\w-]{20,}\./);
});

async function leaderAndOther(): Promise<{ leader: ControllerProcess; other: ControllerProcess }> {
  const find = async () => {
    const holder = await holderOf(rig());
    return on().foresail.controllers.find(({ name }) => holder.startsWith(`${name}_`));
  };
  await until(async () => (await find()) !== undefined, 20_000);
  const leader = await find();
  const other = on().foresail.controllers.find((one) => one !== leader);
  if (leader === undefined || other === undefined)
    throw new Error('two controllers are there, and one leads');
  return { leader, other };
}

async function get(path: string): Promise<string> {
  const [kind = '', jsonpath = ''] = path.split(' ');
  return (await rig().kubectl(['get', kind, '-n', NAMESPACE, `-o=jsonpath=${jsonpath}`])).stdout;
}

const specReplicas = async (): Promise<number> => Number(await get('deployment/web {.spec.replicas}'));
const readyCount = async (): Promise<number> =>
  Number((await get('deployment/web {.status.readyReplicas}')) || 0);
const isFresh = async (): Promise<boolean> =>
  (await get('pscaler/web {.status.conditions[?(@.type=="TelemetryFresh")].status}')) === 'True';

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

function isStopped(pid: number | undefined): boolean {
  return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}
