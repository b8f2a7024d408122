import type { Clock } from '../clock.ts';
import { quantityOf } from '../inject/quantity.ts';
import type { Meter, MeterWish, PodUsage, Usages } from '../ports.ts';
import type { Connection, Reply } from './connection.ts';
import { messageOf, resourcePath } from './kube-object.ts';

export interface KubeMeterOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly onFailure?: ((error: Error) => void) | undefined;
}

const METRICS_API = '/apis/metrics.k8s.io/v1beta1';
const EXTERNAL_API = '/apis/external.metrics.k8s.io/v1beta1';
/** Half of a step: an answer that takes longer would be told as older than it is. */
const TIMEOUT_MS = 7_000;
const MESSAGE_CHARACTERS = 200;

type External = { readonly atMs: number; readonly value: number } | { readonly fault: string };

/**
 * CPU and memory of pods from metrics.k8s.io, and external metrics, a namespace at a time. Both APIs may be missing or
 * broken: then there is a fault in words, and never a zero.
 */
export class KubeMeter implements Meter {
  readonly #options: KubeMeterOptions;
  readonly #usages = new Map<string, Usages>();
  readonly #externals = new Map<string, External>();
  readonly #underWay = new Set<string>();

  constructor(options: KubeMeterOptions) {
    this.#options = options;
  }

  refresh({ namespaces, externals }: MeterWish): void {
    const keys = externals.map(({ namespace, metric }) => externalKey(namespace, metric));
    keepOnly(this.#usages, namespaces);
    keepOnly(this.#externals, keys);
    for (const namespace of namespaces) this.#once(`pods ${namespace}`, () => this.#readPods(namespace));
    for (const { namespace, metric } of externals)
      this.#once(`external ${externalKey(namespace, metric)}`, () => this.#readExternal(namespace, metric));
  }

  usages(namespace: string): Usages | undefined {
    return this.#usages.get(namespace);
  }

  external(namespace: string, metric: string): External | undefined {
    return this.#externals.get(externalKey(namespace, metric));
  }

  /** A read that hangs is not asked a second time. */
  #once(what: string, read: () => Promise<void>): void {
    if (this.#underWay.has(what)) return;
    this.#underWay.add(what);
    void read()
      .catch((error: Error) => this.#options.onFailure?.(error))
      .finally(() => this.#underWay.delete(what));
  }

  async #readPods(namespace: string): Promise<void> {
    const answer = await this.#get(resourcePath(METRICS_API, 'pods', namespace));
    if (typeof answer === 'string') {
      const fault = `metrics.k8s.io does not answer (${answer}); is metrics-server installed and healthy?`;
      // What was read before stands until it is too old: one failed read is not an outage.
      const known = this.#usages.get(namespace);
      this.#usages.set(namespace, { pods: known?.pods ?? new Map(), fault });
      return;
    }
    const pods = new Map(answer.flatMap((item) => podUsageOf(item) ?? []));
    this.#usages.set(namespace, { pods });
  }

  async #readExternal(namespace: string, metric: string): Promise<void> {
    const key = externalKey(namespace, metric);
    const answer = await this.#get(resourcePath(EXTERNAL_API, metric, namespace));
    const values = typeof answer === 'string' ? [] : answer.map(({ value }) => amountOf(value));
    if (values.length > 0 && values.every(Number.isFinite)) {
      const value = values.reduce((sum, one) => sum + one, 0);
      this.#externals.set(key, { atMs: this.#options.clock.wallMs(), value });
      return;
    }
    const known = this.#externals.get(key);
    if (known && 'value' in known) return;
    const why = typeof answer === 'string' ? answer : 'it has no value';
    this.#externals.set(key, { fault: `external.metrics.k8s.io does not give ${metric}: ${why}` });
  }

  /** The items of a list, or why there are none. */
  async #get(path: string): Promise<readonly Record<string, unknown>[] | string> {
    let reply: Reply;
    try {
      reply = await this.#options.connection.send({ method: 'GET', path, timeoutMs: TIMEOUT_MS });
    } catch (error) {
      return (error as Error).message.slice(0, MESSAGE_CHARACTERS);
    }
    if (reply.status !== 200) return messageOf(reply).slice(0, MESSAGE_CHARACTERS);
    const { items } = (reply.body ?? {}) as { items?: unknown };
    return Array.isArray(items) ? items.filter((item) => typeof item === 'object' && item !== null) : [];
  }
}

/** One PodMetrics; undefined when a figure in it is none, for a pod that is half known is not known. */
function podUsageOf(item: Record<string, unknown>): [string, PodUsage][] | undefined {
  const { metadata, timestamp, window, containers } = item as Record<string, never> & {
    readonly metadata?: { readonly name?: unknown };
  };
  const name = metadata?.name;
  const atMs = Date.parse(String(timestamp));
  if (typeof name !== 'string' || !Number.isFinite(atMs) || !Array.isArray(containers)) return undefined;
  const list = (containers as Record<string, unknown>[]).map((container) => {
    const usage = (container.usage ?? {}) as Record<string, unknown>;
    return { name: String(container.name), cores: amountOf(usage.cpu), bytes: amountOf(usage.memory) };
  });
  const whole = list.length > 0 && list.every(({ cores, bytes }) => Number.isFinite(cores + bytes));
  return whole ? [[name, { atMs, windowSeconds: secondsOf(window), containers: list }]] : undefined;
}

function amountOf(value: unknown): number {
  return typeof value === 'string' || typeof value === 'number' ? quantityOf(value) : Number.NaN;
}

/** Go's text of a duration, as far as a window has it: `15.023s`, `1m0s`. */
function secondsOf(text: unknown): number {
  const match = /^(?:(\d+)m)?(\d+(?:\.\d+)?)s$/.exec(String(text));
  return match ? Number(match[1] ?? 0) * 60 + Number(match[2]) : 0;
}

function keepOnly(map: Map<string, unknown>, keys: readonly string[]): void {
  for (const key of map.keys()) if (!keys.includes(key)) map.delete(key);
}

const externalKey = (namespace: string, metric: string) => `${namespace}/${metric}`;
