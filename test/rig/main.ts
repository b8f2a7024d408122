import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { TELEMETRY_AUDIENCE } from '../../sidecar/signals.ts';
import type { RateProfile } from './arrivals.ts';
import { ensureParts } from './build.ts';
import type { Envoy } from './envoy.ts';
import { installForesail } from './foresail.ts';
import { startLoad, summarize } from './load.ts';
import { scalerManifest } from './manifests.ts';
import { startMesh } from './mesh.ts';
import { enterCommand, runInNamespace, sessionFolder } from './namespace.ts';
import { isMissing } from './parts.ts';
import { importPast, type Past, writePast } from './past.ts';
import type { Pods } from './pods.ts';
import { type Rig, startRig } from './rig.ts';
import { sampleWorkload } from './sample.ts';
import { traceProfile } from './trace.ts';

/* `npm run rig`: everything that the tests on real parts use, to try things by hand. */

const USAGE = `npm run rig -- [options]

  Starts a control plane, Envoy, the pods of a Deployment "shop", and Foresail, and plays a trace as real HTTP.

  --input FILE             CSV "timestamp,value" (.gz too); left out: a generated day
  --step-seconds N         how long each row lasts when played (1)
  --peak-rps N             the trace is scaled to this peak (150; one pod carries about 80)
  --startup-seconds N      from a pod's start to its being Ready (20)
  --replicas N             of the Deployment at the start (2)
  --help`;

const REPORT_EVERY_SECONDS = 10;
/** The controller's default step. */
const STEP_SECONDS = 15;
/** From here to the load: Foresail and the sidecars start in less. */
const SET_UP_SECONDS = 25;
const PAST_DAYS = 24;
const MOST_PAST_SECONDS = 7 * 24 * 3600;

/** One pod of the rig carries about 80 requests/s; its latency is spread so that p99 is 250 ms without any queue. */
const scalerSpec = (seasonSeconds: number): object => ({
  scaleTargetRef: { kind: 'Deployment', name: 'shop' },
  minReplicas: 1,
  maxReplicas: 10,
  mode: 'Automatic',
  objective: { percentile: 99, thresholdMs: 500, budgetPercent: 1 },
  capacity: { requestsPerSecondPerReplica: 60 },
  forecast: { mayScaleDown: true, seasonSeconds: Math.max(60, seasonSeconds) },
});

/** The profile over and over until now: for Foresail one play of it is a day. */
function pastOf(profile: RateProfile): Past {
  const stepMs = STEP_SECONDS * 1000;
  const zeroMs = Math.ceil((Date.now() + SET_UP_SECONDS * 1000) / stepMs) * stepMs;
  const rateAt = (second: number): number => profile.at(second % profile.length) ?? 0;
  const seconds = Math.min(MOST_PAST_SECONDS, PAST_DAYS * profile.length);
  return { workload: 'default/Deployment/shop', stepSeconds: STEP_SECONDS, zeroMs, rateAt, seconds };
}

type Settings = {
  readonly profile: RateProfile;
  readonly startupSeconds: number;
  readonly replicas: number;
};

process.exitCode = await main();

async function main(): Promise<number> {
  const settings = readSettings();
  if (typeof settings === 'number') return settings;
  const session = sessionFolder();
  if (session !== undefined) return runInside(session, settings);
  const parts = await ensureParts();
  if (!isMissing(parts)) return runInNamespace([process.execPath, ...process.argv.slice(1)]);
  say(`the rig cannot start: ${parts.missing}`);
  return 1;
}

/** The settings, or the exit code when there is nothing to do. */
function readSettings(): Settings | number {
  try {
    const { values } = parseArgs({
      options: {
        input: { type: 'string' },
        'step-seconds': { type: 'string', default: '1' },
        'peak-rps': { type: 'string', default: '150' },
        'startup-seconds': { type: 'string', default: '20' },
        replicas: { type: 'string', default: '2' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      say(USAGE);
      return 0;
    }
    if (values.input !== undefined && !existsSync(values.input))
      throw new Error(`--input must be a file that exists, not ${values.input}`);
    const stepSeconds = positive('step-seconds', values['step-seconds']);
    const peakRps = positive('peak-rps', values['peak-rps']);
    return {
      profile: traceProfile({ stepSeconds, peakRps, ...(values.input && { input: values.input }) }),
      startupSeconds: positive('startup-seconds', values['startup-seconds']),
      replicas: positive('replicas', values.replicas),
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0 && value <= 3600))
    throw new Error(`--${name} must be a whole number from 1 to 3600, not ${text}`);
  return value;
}

async function runInside(session: string, settings: Settings): Promise<number> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort()).once('SIGTERM', () => interrupted.abort());
  say('rig: starting the control plane');
  const rig = await startRig({ name: 'by-hand' });
  try {
    const { replicas, startupSeconds } = settings;
    await rig.apply(sampleWorkload({ name: 'shop', replicas, startupSeconds }));
    const envoy = await rig.startEnvoy({ clusters: { shop: [] } });
    const workload = { namespace: 'default', selector: 'app=shop' };
    const pods = await rig.startPods({ workloads: [workload] });
    await rig.kubectl(['rollout', 'status', 'deployment/shop', `--timeout=${startupSeconds + 30}s`]);
    say('rig: installing Foresail, with a history of days like the one that will be played');
    const past = pastOf(settings.profile);
    const history = writePast(rig, past);
    const foresail = await installForesail(rig, {
      prepare: (historyFile) => importPast(past, history, historyFile),
    });
    await startMesh({
      ...{ rig, workload, gateway: envoy, gatewayCluster: 'shop', serviceAccount: 'default' },
      ...{ endpoints: foresail.endpoints, audience: TELEMETRY_AUDIENCE },
    });
    await rig.apply(scalerManifest('default', 'shop', scalerSpec(settings.profile.length)));
    say(instructions(rig, session, envoy, foresail.description));
    await sleep(Math.max(0, past.zeroMs - Date.now()));
    while (!interrupted.signal.aborted) await playOnce(settings.profile, envoy, pods, interrupted.signal);
    await foresail.stop();
  } finally {
    say('\nrig: stopping');
    await rig.stop();
  }
  return 0;
}

function instructions(rig: Rig, session: string, envoy: Envoy, foresail: string): string {
  return `
In another terminal:

  ${enterCommand(session)}
  export KUBECONFIG=${rig.kubeconfig}
  export PATH=${dirname(rig.parts.kubectl)}:$PATH
  kubectl get pscaler shop --watch
  kubectl describe pscaler shop

The load goes through Envoy at ${envoy.url} (its counters: ${envoy.adminUrl}/stats/prometheus) to a proxy beside each pod.
Logs and the audit log: ${rig.logs}
${foresail}
Ctrl-C stops everything.
`;
}

/** Plays the trace from its start to its end, or until interrupted, and tells how it goes. */
async function playOnce(profile: RateProfile, envoy: Envoy, pods: Pods, signal: AbortSignal): Promise<void> {
  const load = startLoad({
    url: envoy.url,
    profile,
    seed: Date.now(),
    onSecond: (second, plannedRps) => {
      if (second % REPORT_EVERY_SECONDS !== REPORT_EVERY_SECONDS - 1) return;
      const recent = summarize(load.seconds.slice(second + 1 - REPORT_EVERY_SECONDS, second + 1));
      const failed = recent.sent - recent.succeeded;
      const p95 = Number.isNaN(recent.latencyMs(95)) ? '-' : `${Math.round(recent.latencyMs(95))} ms`;
      say(
        `${String(second + 1).padStart(6)} s  ${plannedRps.toFixed(0).padStart(5)} rps  ` +
          `p95 ${p95.padStart(8)}  ${String(failed).padStart(5)} failed or open  ${pods.ready().length} Ready pods`,
      );
    },
  });
  const onInterrupt = () => void load.stop();
  signal.addEventListener('abort', onInterrupt);
  if (signal.aborted) onInterrupt();
  await load.done;
  signal.removeEventListener('abort', onInterrupt);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
