import { BadInput } from './cli/bad-input.ts';
import { systemClock, systemRandom } from './clock.ts';
import type { Address, ControllerConfig } from './config.ts';
import { exposeCounts } from './counts.ts';
import { createForecaster } from './forecast/forecaster.ts';
import type { ForecastHost } from './forecast/host.ts';
import { describeSeason } from './forecast/season.ts';
import { Complaints } from './ingest/complaints.ts';
import { createReceiver } from './ingest/receiver.ts';
import type { Sources } from './keda/answer.ts';
import type { ExternalScaler } from './keda/external-scaler.ts';
import { createKubeCluster, type Kube, type KubeOptions } from './kube/kube.ts';
import { createDecisionLog } from './observe/decision-log.ts';
import { createExplainServer } from './observe/explain-server.ts';
import { createLogger, type Logger, logRecorder } from './observe/log.ts';
import { createMetrics } from './observe/metrics.ts';
import { otelRecorder, tracedCluster } from './observe/otel.ts';
import { createObserveServer } from './observe/server.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import type { Account, Cluster, Recorder } from './ports.ts';
import { createQueue, type Queue } from './queue.ts';
import { openHistory, type StoredHistory } from './store/history.ts';
import { tickUntil } from './ticker.ts';
import { parseWorkloadKey, workloadKey } from './workload.ts';

/** Exports of a step may come this long after its end: a whole sidecar interval would be safer, and 3 s slower. */
const GRACE_MS = 2_000;
/** Reconciles at once: each waits for at most one write. */
const CONCURRENCY = 8;
/** An API server that is back is written to within this time; one that is away is not pressed. */
const UNREACHABLE_MS = 5_000;
const FORECAST_DEADLINE_MS = 1_000;
/** 16 workloads have a day each; 500 have their last quarter of an hour of quiet, and their changes. */
const DECISIONS_MOST_BYTES = 32 * 1024 * 1024;

export interface ControllerParts {
  readonly stdout: NodeJS.WritableStream;
  /** A test stands between the decision and the API server here. */
  readonly wrapCluster?: (cluster: Cluster) => Cluster;
}

export interface RunningController {
  /** Gives up leadership, answers what is under way, writes history, and ends. */
  stop(): Promise<void>;
}

/**
 * Wires every adapter, and nothing else. What the user can mend is thrown as BadInput before anything is started that
 * would have to be undone. Caches fill and telemetry comes in before this controller may lead: a follower is warm.
 */
export async function startController(
  config: ControllerConfig,
  parts: ControllerParts,
): Promise<RunningController> {
  const log = createLogger(config.logLevel, parts.stdout);
  const metrics = createMetrics();
  const openExternalScaler = await loadExternalScaler(config);
  const adapters = await openAdapters(config, log, {
    onLeading: (leading, epoch) => led(leading, epoch),
    onPodGone: (uid) => receiver.forget(uid),
  });
  const { kube, history, forecaster, complaints } = adapters;
  const cluster = tracedCluster(parts.wrapCluster?.(kube.cluster) ?? kube.cluster);
  const { stepSeconds } = config;
  const decisions = createDecisionLog({ mostBytes: DECISIONS_MOST_BYTES });
  const pipeline = createPipeline({
    ...{ clock: systemClock, cluster, history, forecaster, stepSeconds, graceMs: GRACE_MS },
    leadership: kube.leadership,
    meter: kube.meter,
    historySeconds: config.historyDays * 86_400,
    recorder: allRecorders([logRecorder(log), metrics, otelRecorder(), decisions]),
    onUnread: (workload, message) => complaints.warn('unread', { workload: workloadKey(workload) }, message),
  });
  const queue = queueOf(pipeline, log);
  const externalScaler = openExternalScaler({ cluster, leadership: kube.leadership }, complaints);
  const receiver = createReceiver({
    ...{ identifier: kube.identifier, clock: systemClock, logger: log },
    onReport: (report) => pipeline.receive(report),
    ownMetrics: (workload) => pipeline.ownMetrics(workload),
  });
  const observeServer = createObserveServer(metrics.registry, {
    unready: () => (kube.synced() ? undefined : 'the cluster has not been listed yet'),
  });
  const explainServer = createExplainServer({ log: decisions, leadership: kube.leadership });
  exposeCounts(metrics, {
    receiver,
    forecaster,
    history,
    cluster,
    kube,
    telemetry: { stats: pipeline.telemetryStats },
  });

  function led(leading: boolean, epoch: number): void {
    metrics.leading.set(leading ? 1 : 0);
    log.info({ leading, epoch }, leading ? 'this controller leads' : 'this controller follows');
    externalScaler?.lead(leading);
    if (!leading) return;
    pipeline.takeOver();
    for (const workload of pipeline.workloads()) queue.add(workloadKey(workload));
  }

  const ticker = { stopping: new AbortController(), running: Promise.resolve() };
  const stop = async (): Promise<void> => {
    ticker.stopping.abort();
    await ticker.running;
    await queue.stop();
    await kube.stop();
    const servers = [receiver, observeServer, explainServer];
    await Promise.allSettled([...servers, forecaster, externalScaler].map((part) => part?.close()));
    await history.close();
  };
  try {
    await receiver.listen(config.otlpAddress.port, config.otlpAddress.host);
    await listen(observeServer, config.metricsAddress, 'serve metrics', '--metrics-address');
    await listen(explainServer, config.explainAddress, 'explain decisions', '--explain-address');
  } catch (error) {
    await stop();
    throw new BadInput((error as Error).message, { cause: error });
  }
  cluster.onChange((workload) => queue.add(workloadKey(workload)));
  kube.start();
  const ticking = { clock: systemClock, pipeline, queue, metrics, log, stepSeconds, graceMs: GRACE_MS };
  ticker.running = tickUntil(ticker.stopping.signal, ticking);
  log.info({ otlp: receiver.address(), version: process.version }, 'foresail controller started');
  return { stop };
}

/** The outside: the API server, the history file, the model's worker. Throws BadInput before anything is open. */
async function openAdapters(
  config: ControllerConfig,
  log: Logger,
  hooks: Required<Pick<KubeOptions, 'onLeading' | 'onPodGone'>>,
): Promise<{ kube: Kube; history: StoredHistory; forecaster: ForecastHost; complaints: Complaints }> {
  const { stepSeconds, kubeconfig, namespace } = config;
  const complaints = new Complaints(log, systemClock);
  const kube = createKubeCluster({
    ...{ clock: systemClock, random: systemRandom, kubeconfig, namespace, ...hooks },
    instance: config.identity,
    onFailure: (what, error) =>
      complaints.warn(what, { what, err: error.message }, `Kubernetes: ${what} fails; it is tried again`),
  });
  const history = await openHistory({
    path: config.historyFile,
    stepSeconds,
    onNotice: (notice) => log.warn(notice),
  });
  const forecaster = createForecaster({
    deadlineMs: FORECAST_DEADLINE_MS,
    onFailure: (reason, message, workload) =>
      complaints.warn(`${reason} ${workload}`, { reason, workload }, message),
    onSeason: (workload, season, seconds) =>
      log.info({ workload, periods: season.periods }, `season: ${describeSeason(season, seconds)}`),
  });
  return { kube, history, forecaster, complaints };
}

type OpenExternalScaler = (sources: Sources, complaints: Complaints) => ExternalScaler | undefined;

/** Not even loaded where nobody asks for it. */
async function loadExternalScaler(config: ControllerConfig): Promise<OpenExternalScaler> {
  const { externalScalerListen: address, externalScalerCertificates: certificates } = config;
  if (!address) return () => undefined;
  const { createExternalScaler, readCertificates } = await import('./keda/external-scaler.ts');
  try {
    if (certificates !== undefined) readCertificates(certificates);
  } catch (error) {
    throw new BadInput(`--external-scaler-certificates: ${(error as Error).message}`, { cause: error });
  }
  return (sources, complaints) =>
    createExternalScaler({
      ...{ ...sources, clock: systemClock, address, certificates },
      onTrouble: (topic, message) => complaints.warn(`keda ${topic}`, {}, message),
    });
}

function queueOf(pipeline: Pipeline, log: Logger): Queue {
  return createQueue({
    ...{ clock: systemClock, random: systemRandom, concurrency: CONCURRENCY },
    handle: async (key) => again(await pipeline.reconcile(parseWorkloadKey(key))),
    onFailure: (key, error) =>
      log.error({ workload: key, err: error }, 'a decision failed; it is tried again'),
  });
}

/** A write that found a changed target is decided again at once; one that found no API server, a little later. */
function again(account: Account | undefined): { againMs?: number } | undefined {
  const outcome = account?.outcome?.kind;
  if (outcome === 'conflict') return { againMs: 200 };
  return outcome === 'unreachable' ? { againMs: UNREACHABLE_MS } : undefined;
}

function allRecorders(recorders: readonly Recorder[]): Recorder {
  return {
    decided(account) {
      for (const recorder of recorders) recorder.decided(account);
    },
    forgotten(workload) {
      for (const recorder of recorders) recorder.forgotten(workload);
    },
  };
}

async function listen(
  server: ReturnType<typeof createObserveServer>,
  { host, port }: Address,
  what: string,
  flag: string,
): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw new Error(
      `cannot ${what} at port ${port} on ${host} (${(error as NodeJS.ErrnoException).code ?? error}): ` +
        `stop what listens there, or choose another address with ${flag}`,
      { cause: error },
    );
  }
}
