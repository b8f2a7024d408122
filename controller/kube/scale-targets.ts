import type { Clock } from '../clock.ts';
import { type Workload, workloadKey } from '../workload.ts';
import { type Connection, Unreachable } from './connection.ts';
import { messageOf, resourcePath } from './kube-object.ts';
import type { TargetRecord } from './target-record.ts';

/** A target of a kind that is not of apps/v1. */
export interface TargetRef extends Workload {
  readonly apiVersion: string;
}

export interface ScaleTargetsOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly onChange: (workload: Workload) => void;
  /** Once for each reason why a scale cannot be read; says what must be changed. */
  readonly onUnreadable: (ref: TargetRef, message: string) => void;
}

/** Every scale is read anew this often. */
const READ_MS = 10_000;
/** What a kind is called in paths is asked again after this; the definition may have been replaced. */
const DISCOVERY_MS = 600_000;
const AT_ONCE = 8;

/**
 * Targets of other kinds, known by their scale subresource alone: it says what they ask for wherever their definition
 * keeps the number, and reading and patching it is all the right that Foresail needs. Who set the number is not on a
 * Scale, so a writer that undoes what is written is not noticed here.
 */
export class ScaleTargets {
  readonly #options: ScaleTargetsOptions;
  readonly #refs = new Map<string, TargetRef>();
  readonly #records = new Map<string, TargetRecord>();
  /** By key: what went wrong at the last reading, empty when nothing did. */
  readonly #tried = new Map<string, string>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #plurals = new Map<string, { readonly plural: string; readonly untilMs: number }>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: ScaleTargetsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#loop, ...this.#reading.values()]);
  }

  /** All targets there are from now on; new ones are read at once. */
  want(refs: readonly TargetRef[]): void {
    const wanted = new Map(refs.map((ref) => [workloadKey(ref), ref]));
    for (const [key, ref] of this.#refs) {
      if (wanted.get(key)?.apiVersion === ref.apiVersion) continue;
      for (const known of [this.#refs, this.#records, this.#tried]) known.delete(key);
    }
    for (const [key, ref] of wanted) {
      if (this.#refs.has(key)) continue;
      this.#refs.set(key, ref);
      void this.#read(key, ref);
    }
  }

  /** Kinds whose pods belong to something that can be scaled. */
  kinds(): ReadonlySet<string> {
    return new Set([...this.#refs.values()].map(({ kind }) => kind));
  }

  record(workload: Workload): TargetRecord | undefined {
    return this.#records.get(workloadKey(workload));
  }

  /** Of the scale subresource; undefined until the kind was found. */
  path(workload: Workload): string | undefined {
    const ref = this.#refs.get(workloadKey(workload));
    const plural = ref && this.#plurals.get(`${ref.apiVersion}/${ref.kind}`)?.plural;
    if (ref === undefined || plural === undefined) return undefined;
    return resourcePath(`/apis/${ref.apiVersion}`, plural, ref.namespace, ref.name, 'scale');
  }

  /** Every target was asked for once, whatever came of it. */
  settled(): boolean {
    return [...this.#refs.keys()].every((key) => this.#tried.has(key));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const due = [...this.#refs];
      const readers = Array.from({ length: AT_ONCE }, async () => {
        for (let next = due.shift(); next && !signal.aborted; next = due.shift()) await this.#read(...next);
      });
      await Promise.all(readers);
      await this.#options.clock.sleep(READ_MS, signal).catch(() => undefined);
    }
  }

  /** Never rejects; a reading that runs already is enough. */
  #read(key: string, ref: TargetRef): Promise<void> {
    const running = this.#reading.get(key);
    if (running) return running;
    const reading = this.#readOnce(key, ref)
      .catch((error: Error) => this.#trouble(key, ref, error))
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  async #readOnce(key: string, ref: TargetRef): Promise<void> {
    const { connection } = this.#options;
    const plural = await this.#pluralOf(ref);
    const path = resourcePath(`/apis/${ref.apiVersion}`, plural, ref.namespace, ref.name, 'scale');
    const reply = await connection.send({ method: 'GET', path });
    if (this.#refs.get(key) !== ref) return;
    if (reply.status === 200) this.#keep(key, ref, recordOf(ref, reply.body));
    else if (reply.status === 404) this.#keep(key, ref, undefined);
    else if (reply.status === 403) {
      this.#keep(key, ref, undefined);
      const [group] = ref.apiVersion.split('/');
      throw new Error(
        `the ServiceAccount foresail must be allowed get and patch of ${plural}/scale in API group ${group} (docs/reference/actuation.md): ${messageOf(reply)}`,
      );
    } else throw new Unreachable(messageOf(reply));
    this.#tried.set(key, '');
  }

  #keep(key: string, ref: TargetRef, record: TargetRecord | undefined): void {
    const before = this.#records.get(key);
    if (record) this.#records.set(key, record);
    else this.#records.delete(key);
    if (before?.resourceVersion !== record?.resourceVersion) this.#options.onChange(ref);
  }

  #trouble(key: string, ref: TargetRef, error: Error): void {
    if (this.#refs.get(key) !== ref) return;
    const told = this.#tried.get(key) === error.message;
    this.#tried.set(key, error.message);
    // What was read before still stands while the API server does not answer.
    if (!told) this.#options.onUnreadable(ref, error.message);
  }

  async #pluralOf({ apiVersion, kind }: TargetRef): Promise<string> {
    const { connection, clock } = this.#options;
    const key = `${apiVersion}/${kind}`;
    const known = this.#plurals.get(key);
    if (known && clock.monotonicMs() < known.untilMs) return known.plural;
    const reply = await connection.send({ method: 'GET', path: `/apis/${apiVersion}` });
    if (reply.status !== 200 && reply.status !== 404) throw new Unreachable(messageOf(reply));
    const plural = reply.status === 200 ? scalablePlural(reply.body, kind) : undefined;
    if (plural === undefined) {
      this.#plurals.delete(key);
      throw new Error(
        `scaleTargetRef must name a kind with a scale subresource: ${apiVersion} ${kind} has none`,
      );
    }
    this.#plurals.set(key, { plural, untilMs: clock.monotonicMs() + DISCOVERY_MS });
    return plural;
  }
}

/** From an APIResourceList: kind Rollout is `rollouts`, and has a scale if `rollouts/scale` is there. */
function scalablePlural(body: unknown, kind: string): string | undefined {
  const { resources = [] } = (body ?? {}) as { resources?: readonly { name: string; kind: string }[] };
  const names = new Set(resources.map(({ name }) => name));
  return resources.find((one) => one.kind === kind && names.has(`${one.name}/scale`))?.name;
}

function recordOf({ namespace, name }: TargetRef, body: unknown): TargetRecord {
  const { metadata, spec } = body as {
    readonly metadata: { readonly uid: string; readonly resourceVersion: string };
    readonly spec?: { readonly replicas?: number };
  };
  const { uid, resourceVersion } = metadata;
  // A Scale leaves out what is 0.
  return { namespace, name, uid, resourceVersion, replicas: spec?.replicas ?? 0 };
}
