import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { Clock, Random } from '../clock.ts';
import type { Target } from '../policy/observation.ts';
import type {
  Approval,
  Cluster,
  Leadership,
  Pod,
  RotationFailure,
  RotationWrite,
  ScaleOutcome,
  ScalerStatus,
  ScaleWrite,
} from '../ports.ts';
import type { Reason } from '../reasons.ts';
import { type Workload, workloadKey } from '../workload.ts';
import { type Actuator, actuatorOf } from './actuator.ts';
import { applyFloor } from './apply-floor.ts';
import type { Connection } from './connection.ts';
import { EventWriter } from './events.ts';
import { type FloorRecord, ownRange, rangeText, rangeWith } from './floor.ts';
import { FloorIndex } from './floor-index.ts';
import { FloorKeeper } from './floor-keeper.ts';
import type { Change } from './object-cache.ts';
import { Offers } from './offers.ts';
import type { ReflectorTiming } from './reflector.ts';
import { createReflectors, type Reflectors } from './reflectors.ts';
import { compareVersions } from './resource-version.ts';
import { turnPods } from './rotation.ts';
import { RotationKeeper } from './rotation-keeper.ts';
import { APPS_API, applyScale, type ScaleReply } from './scale.ts';
import { ScaleTargets, type TargetRef } from './scale-targets.ts';
import { type ScalerRecord, type ScalerRef, sortOut, workloadOf } from './scaler-record.ts';
import { StatusWriter } from './status.ts';
import type { TargetRecord } from './target-record.ts';
import { WorkloadIndex } from './workload-index.ts';

export interface KubeClusterOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly leadership: Leadership;
  /** Of this process; in Events. */
  readonly instance: string;
  readonly onPodGone?: ((uid: string) => void) | undefined;
  readonly onFailure?: (what: string, error: Error) => void;
  readonly timing?: Partial<ReflectorTiming>;
}

/** A write of ours is shown until the watch has caught up with it, and no longer than this. */
const OVERLAY_MS = 10_000;
/**
 * The API server's fence reads the Lease from a cache of its own that may be some ms behind, so a new leader's first
 * write can be refused. It is tried again after these times, if this process still leads by its own clock.
 */
const FENCE_LAG_MS = [100, 300, 900] as const;

/** What nobody wants any more is looked for so often. */
const PATROL_MS = 30_000;
const FIRST_PATROL_MS = 500;

interface Overlay {
  /** Of what was written to. */
  readonly uid: string;
  readonly replicas: number;
  readonly resourceVersion: string;
  readonly untilMs: number;
}

type SortedOut = ReturnType<typeof sortOut>;

/** The Kubernetes side of the Cluster port. */
export class KubeCluster implements Cluster {
  readonly index = new WorkloadIndex();
  readonly #floors = new FloorIndex();
  readonly #keeper: FloorKeeper;
  readonly #rotationKeeper: RotationKeeper;
  readonly #options: KubeClusterOptions;
  readonly #reflectors: Reflectors;
  readonly #others: ScaleTargets;
  readonly #events: EventWriter;
  readonly #statuses: StatusWriter;
  readonly #listeners: ((workload: Workload) => void)[] = [];
  readonly #overlays = new Map<string, Overlay>();
  readonly #stopping = new AbortController();
  #patrol: Promise<void> | undefined;
  readonly #offers: Offers;
  readonly #toldInvalid = new Map<string, string>();
  #sortedOut: SortedOut | undefined;

  constructor(options: KubeClusterOptions) {
    this.#options = options;
    this.#offers = new Offers(options.leadership);
    const { connection, clock, random, leadership, instance } = options;
    const failed = (what: string) => (error: Error) => options.onFailure?.(what, error);
    this.#reflectors = createReflectors({
      ...{ connection, clock, random, timing: options.timing, index: this.index },
      onFailure: failed('watch'),
      onPodGone: options.onPodGone,
      onWorkload: (workload) => this.#changed(workload),
      onScaler: (change) => this.#scalerChanged(change),
      onFloor: (change) => this.#floorChanged(change),
    });
    this.#others = new ScaleTargets({
      ...{ connection, clock },
      onChange: (workload) => this.#changed(workload),
      onUnreadable: (ref, message) => this.#unreadable(ref, message),
    });
    this.#keeper = new FloorKeeper({
      ...{ connection, clock, random, leadership, floors: this.#floors, onFailure: failed('floor') },
      synced: () => this.synced(),
      scalers: () => this.#reflectors.scalers.cache.values(),
    });
    this.#rotationKeeper = new RotationKeeper({
      ...{ connection, clock, random, leadership, index: this.index, onFailure: failed('rotation') },
      synced: () => this.synced(),
      scalerOf: (workload) => this.#scalerOf(workload),
    });
    this.#events = new EventWriter({ connection, clock, instance, onFailure: failed('event') });
    this.#statuses = new StatusWriter({
      ...{ connection, clock, random, onFailure: failed('status') },
      published: ({ namespace, name }) => this.#reflectors.scalers.cache.get(`${namespace}/${name}`)?.status,
      mayWrite: () => leadership.current().leading,
    });
  }

  start(): void {
    this.#reflectors.start();
    this.#others.start();
    this.#patrol ??= this.#goRound(this.#stopping.signal).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#patrol;
    const writers = [this.#others, this.#statuses, this.#events, this.#keeper, this.#rotationKeeper];
    await Promise.all([this.#reflectors, ...writers].map((part) => part.stop()));
  }

  /** Every resource has been listed once. */
  synced(): boolean {
    return this.#reflectors.synced() && this.#others.settled();
  }

  counts() {
    return { reflectors: this.#reflectors.counts(), events: this.#events.counts };
  }

  staleSeconds(): number {
    return this.#reflectors.staleSeconds();
  }

  scalers(): readonly PredictiveScaler[] {
    return this.#sorted().valid;
  }

  target(workload: Workload): Target | undefined {
    const record = this.#record(workload);
    if (record === undefined) return undefined;
    const { floor, asker, missing, rivals } = this.#actuator(workload);
    const asked = this.#overlaid(workload, record, record.replicas);
    const live = this.index.podsOf(record.uid).filter(({ terminating }) => !terminating);
    const out = live.filter(({ outSinceMs }) => outSinceMs !== undefined).length;
    const ready = live.filter((pod) => pod.ready && pod.outSinceMs === undefined).length;
    const { resourceVersion } = record;
    const unseen = this.#reflectors.unseen();
    const { writer } = floor ?? record;
    return {
      replicas: asked,
      ...(floor ? this.#floorOf(workload, floor, asked) : {}),
      ...(asker ? this.#offerTo(workload, asker, asked) : {}),
      ...(missing === undefined ? {} : { actuatorMissing: missing }),
      // Whoever writes for the asker is not somebody else.
      ...(writer && !asker ? { writer } : {}),
      ...{ ready, starting: Math.max(0, asked - ready - out), resourceVersion, rivals },
      ...(unseen === undefined ? {} : { rivalsUnknown: unseen }),
    };
  }

  pods(workload: Workload): readonly Pod[] {
    const record = this.#record(workload);
    return record === undefined ? [] : this.index.podsOf(record.uid);
  }

  async scale(write: ScaleWrite): Promise<ScaleOutcome> {
    const { scaler, replicas, epoch } = write;
    const workload = workloadOf(scaler);
    const record = this.#record(workload);
    if (record === undefined) {
      return refused(`${workload.kind} ${workload.namespace}/${workload.name} must exist to be scaled`);
    }
    const { floor, asker, missing } = actuatorOf(scaler, this.#floors.of(workload));
    if (missing !== undefined) return refused(missing);
    const { minReplicas, maxReplicas } = scaler.spec;
    const own = floor ? ownRange(floor) : asker?.range;
    // What the owner of a floor wants comes first, in both directions.
    const least = Math.min(minReplicas, own?.max ?? minReplicas);
    const most = Math.max(maxReplicas, own?.min ?? maxReplicas);
    if (!(replicas >= least && replicas <= most)) {
      return refused(
        `replicas must be within minReplicas (${least})..maxReplicas (${most}); was ${replicas}`,
      );
    }
    if (asker) {
      this.#offers.put(scaler, replicas);
      return { kind: 'written', replicas };
    }
    const reply = await this.#fenced(epoch, (holder) =>
      floor
        ? this.#applyFloor(scaler, floor, replicas, { epoch, holder })
        : applyScale(this.#options.connection, {
            ...{ workload, uid: record.uid, replicas, epoch, holder },
            path: this.#others.path(workload),
          }),
    );
    if (reply.kind !== 'written') return reply;
    if (reply.resourceVersion !== undefined) {
      const untilMs = this.#options.clock.monotonicMs() + OVERLAY_MS;
      const { uid } = floor ?? record;
      const overlay = { uid, replicas: reply.replicas, resourceVersion: reply.resourceVersion, untilMs };
      this.#overlays.set(workloadKey(workload), overlay);
    }
    return { kind: 'written', replicas: reply.replicas };
  }

  approvals(scaler: PredictiveScaler): readonly Approval[] {
    return this.#reflectors.approvals(scaler, this.#options.clock.wallMs());
  }

  async rotate(write: RotationWrite): Promise<RotationFailure | undefined> {
    const { connection, clock, leadership } = this.#options;
    return turnPods(connection, write, leadership.current().holder, clock.wallMs());
  }

  async publish(scaler: PredictiveScaler, status: ScalerStatus): Promise<void> {
    this.#statuses.want(scaler, status);
  }

  event(scaler: PredictiveScaler, reason: Reason, message: string): void {
    this.#events.emit(scaler, reason, message);
  }

  onChange(listener: (workload: Workload) => void): void {
    this.#listeners.push(listener);
  }

  /** What a new leader has to see to at once: which scalers are of no use, and which floors nobody wants any more. */
  publishInvalid(): void {
    if (!this.#options.leadership.current().leading) return;
    for (const { ref, message } of this.#sorted().invalid) this.#tellInvalid(ref, message);
    this.#putBack();
  }

  /** Who leads before everything is listed must look again once it is; after that it is only to be sure. */
  async #goRound(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#putBack();
      await this.#options.clock.sleep(this.synced() ? PATROL_MS : FIRST_PATROL_MS, signal);
    }
  }

  #putBack(): void {
    this.#keeper.checkAll();
    this.#rotationKeeper.checkAll();
  }

  async #fenced(epoch: number, send: (holder: string) => Promise<ScaleReply>): Promise<ScaleReply> {
    const { clock, leadership } = this.#options;
    const { holder } = leadership.current();
    let reply = await send(holder);
    for (const waitMs of FENCE_LAG_MS) {
      const now = leadership.current();
      const fencedOut = reply.kind === 'refused' && reply.reason === 'FencedOut';
      if (!fencedOut || !now.leading || now.epoch !== epoch) return reply;
      await clock.sleep(waitMs);
      reply = await send(holder);
    }
    return reply;
  }

  async #applyFloor(
    { name, spec }: PredictiveScaler,
    floor: FloorRecord,
    replicas: number,
    leader: { readonly epoch: number; readonly holder: string },
  ): Promise<ScaleReply> {
    const range = rangeWith(ownRange(floor), replicas, spec.actuation.mayRaiseMaximum);
    if (rangeText(range) === rangeText(floor.range)) return { kind: 'written', replicas: range.min };
    return applyFloor(this.#options.connection, { floor, range, by: name, ...leader });
  }

  /** How a floor stands; `asked` is what the workload itself asks for above it. */
  #floorOf(workload: Workload, floor: FloorRecord, asked: number) {
    const { kind, name } = floor;
    const { actuation, maxReplicas } = this.#scalerOf(workload)?.spec ?? {};
    const own = ownRange(floor);
    const most = actuation?.mayRaiseMaximum ? Math.max(own.max, maxReplicas ?? 0) : own.max;
    return {
      replicas: this.#overlaid(workload, floor, floor.range.min),
      workloadReplicas: asked,
      limits: { minReplicas: own.min, maxReplicas: most, of: `${kind} ${name}` },
    };
  }

  /** The number that stands as offered; `asked` is what the workload asks for by whoever asks for the number. */
  #offerTo(workload: Workload, { name, range }: NonNullable<Actuator['asker']>, asked: number) {
    const scaler = this.#scalerOf(workload);
    return {
      replicas: (scaler && this.#offers.get(scaler)) ?? asked,
      workloadReplicas: asked,
      limits: { minReplicas: range.min, maxReplicas: range.max, of: `ScaledObject ${name}` },
      asker: name,
    };
  }

  #actuator(workload: Workload): Actuator {
    const scaler = this.#scalerOf(workload);
    return scaler ? actuatorOf(scaler, this.#floors.of(workload)) : { rivals: [] };
  }

  #scalerOf(workload: Workload): PredictiveScaler | undefined {
    return this.#sorted().byTarget.get(workloadKey(workload));
  }

  #record(workload: Workload): TargetRecord | undefined {
    const { namespace, kind, name } = workload;
    const reflector = this.#reflectors.targets[kind];
    return reflector ? reflector.cache.get(`${namespace}/${name}`) : this.#others.record(workload);
  }

  /** Replicas asked for: what the cache says, or what we wrote when the cache is older than that. */
  #overlaid(workload: Workload, record: TargetRecord | FloorRecord, cached: number): number {
    const key = workloadKey(workload);
    const overlay = this.#overlays.get(key);
    if (overlay?.uid !== record.uid) return cached;
    const caughtUp = (compareVersions(record.resourceVersion, overlay.resourceVersion) ?? 0) >= 0;
    if (!caughtUp && this.#options.clock.monotonicMs() < overlay.untilMs) return overlay.replicas;
    this.#overlays.delete(key);
    return cached;
  }

  #sorted(): SortedOut {
    this.#sortedOut ??= sortOut(this.#reflectors.scalers.cache.values());
    return this.#sortedOut;
  }

  #scalerChanged({ object, previous }: Change<ScalerRecord>): void {
    this.#sortedOut = undefined;
    if (previous && previous.ref.uid !== object?.ref.uid) {
      this.#statuses.forget(previous.ref.uid);
      this.#toldInvalid.delete(previous.ref.uid);
      this.#offers.forget(previous.ref.uid);
    }
    this.#others.want(this.#sorted().valid.flatMap(otherTarget));
    this.index.setOtherKinds(this.#others.kinds());
    for (const record of [previous, object]) {
      if (record && 'spec' in record.parsed) this.#changed(workloadOf(record.parsed));
    }
    // Its own status change comes back here; then nothing differs, and nothing is written.
    this.publishInvalid();
  }

  #floorChanged(change: Change<FloorRecord>): void {
    for (const workload of this.#floors.changed(change)) this.#changed(workload);
    if (change.object) this.#keeper.check(change.object);
  }

  #unreadable(ref: TargetRef, message: string): void {
    this.#options.onFailure?.('scale', new Error(message));
    const scaler = this.#scalerOf(ref);
    if (scaler && this.#options.leadership.current().leading) this.event(scaler, 'TargetMissing', message);
  }

  #tellInvalid(ref: ScalerRef, message: string): void {
    const reason = 'InvalidSpec' as const;
    this.#statuses.want(ref, { conditions: [{ type: 'Ready', status: 'False', reason, message }] });
    if (this.#toldInvalid.get(ref.uid) === message) return;
    this.#toldInvalid.set(ref.uid, message);
    this.#events.emit(ref, reason, message);
  }

  #changed(workload: Workload): void {
    for (const listener of this.#listeners) listener(workload);
  }
}

function otherTarget(scaler: PredictiveScaler): TargetRef[] {
  const { apiVersion } = scaler.spec.scaleTargetRef;
  return `/apis/${apiVersion}` === APPS_API ? [] : [{ ...workloadOf(scaler), apiVersion }];
}

const refused = (message: string): ScaleOutcome => ({ kind: 'refused', reason: 'ScaleRefused', message });
