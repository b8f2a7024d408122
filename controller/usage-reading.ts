import type { SignalSpec } from './api/signals-block.ts';
import type { ContainerAmounts, Meter, Pod, PodUsage } from './ports.ts';

/** Two readings of a metrics-server that reads once a minute. */
export const METER_STALE_SECONDS = 120;

export interface UsageSources {
  readonly meter: Meter;
  readonly namespace: string;
  readonly pods: readonly Pod[];
  /** Unix ms. */
  readonly wallMs: number;
}

/** What a reading has beside its name; or why it is not known. */
export type UsageReading =
  | {
      readonly perReplica: number;
      readonly atLeast: number;
      readonly atMost: number;
      readonly podsReporting: number;
      readonly podsExpected: number;
      readonly ageSeconds: number;
    }
  | { readonly fault: string };

/**
 * CPU or memory of the pods that are Ready. A pod counts from the first window on that began after it was Ready: what it
 * burns to start is not load. One without a reading counts nothing at the least, and at the most all of its request, or the
 * target where that is more, as the HPA has it.
 *
 * 4 pods of 1 core each, averageUtilization 70; three use 0.5, 0.6 and 0.7, one is not in the answer
 * -> one replica may have 0.7; at least 1.8, at most 1.8 + 1
 */
export function usageReading(signal: SignalSpec, sources: UsageSources): UsageReading {
  const { meter, namespace, pods, wallMs } = sources;
  const usages = meter.usages(namespace);
  if (usages === undefined) return { fault: 'metrics.k8s.io has not been asked yet' };
  const serving = pods.filter(({ ready, terminating }) => ready && !terminating);
  const told = serving.map((pod) => ({ pod, usage: youngUsage(usages.pods.get(pod.name), wallMs) }));
  const counted = told.filter(({ pod, usage }) => usage === undefined || !isStarting(pod, usage));
  const measured = counted.flatMap(({ pod, usage }) => (usage ? [{ pod, usage }] : []));
  if (measured.length === 0)
    return { fault: usages.fault ?? 'metrics.k8s.io has no reading of any Ready pod' };
  const share = (signal.averageUtilization ?? Number.NaN) / 100;
  const requests = measured.map(({ pod }) => requestOf(pod, signal));
  const lacking = measured[requests.findIndex((request) => !(request > 0))];
  if (lacking) return { fault: `pod ${lacking.pod.name} ${withoutRequest(signal)}` };
  const request = sum(requests) / measured.length;
  const atLeast = sum(measured.map(({ usage }) => amountOf(usage.containers, signal)));
  const silent = counted.length - measured.length;
  const newestMs = Math.max(...measured.map(({ usage }) => usage.atMs));
  return {
    perReplica: request * share,
    atLeast,
    atMost: atLeast + silent * request * Math.max(1, share),
    podsReporting: measured.length,
    podsExpected: counted.length,
    ageSeconds: Math.max(0, (wallMs - newestMs) / 1000),
  };
}

function youngUsage(usage: PodUsage | undefined, wallMs: number): PodUsage | undefined {
  return usage !== undefined && wallMs - usage.atMs <= METER_STALE_SECONDS * 1000 ? usage : undefined;
}

function isStarting({ readyMs }: Pod, { atMs, windowSeconds }: PodUsage): boolean {
  return readyMs !== undefined && atMs < readyMs + windowSeconds * 1000;
}

/** NaN where a container that counts requests nothing. */
function requestOf({ requests = [] }: Pod, signal: SignalSpec): number {
  return amountOf(requests, signal);
}

function amountOf(containers: readonly ContainerAmounts[], { type, container }: SignalSpec): number {
  const counting = containers.filter(({ name }) => container === undefined || name === container);
  return counting.length === 0
    ? Number.NaN
    : sum(counting.map(type === 'CPU' ? ({ cores }) => cores : ({ bytes }) => bytes));
}

function withoutRequest({ type, container }: SignalSpec): string {
  const what = type === 'CPU' ? 'cpu' : 'memory';
  if (container !== undefined)
    return `has no container ${container} that requests ${what}, of which averageUtilization is a share`;
  return `has a container that requests no ${what}: averageUtilization is a share of the request; set it, or name a container`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
