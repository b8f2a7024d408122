import { signals } from '../../sidecar/signals.ts';

/**
 * The metrics the controller reads, with the unit each must have. The others of the vocabulary are derived from these
 * by the sidecar for people and other consumers: reading them again would count the same evidence twice.
 */
export const knownUnits: ReadonlyMap<string, string> = new Map([
  [signals.requests, '{request}'],
  [signals.duration, 's'],
  [signals.inflight, '{request}'],
  [signals.queued, '{request}'],
]);

/** Resource attributes that say who the sender is. They are compared with the token and never believed. */
export const claimKeys: ReadonlySet<string> = new Set([
  'k8s.pod.uid',
  'k8s.pod.name',
  'k8s.namespace.name',
  'k8s.deployment.name',
]);
