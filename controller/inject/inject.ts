import type { Reason } from '../reasons.ts';
import { fitOf } from './fit.ts';
import type { Candidate } from './pod.ts';
import { sidecarContainer, sidecarVolumes } from './sidecar-container.ts';
import { profileNameOf, skipRules, type Terms } from './skip-rules.ts';

/** An operation of a JSON Patch (RFC 6902); injection only ever adds. */
export interface Addition {
  readonly op: 'add';
  /** From the pod, or the pod template. */
  readonly path: string;
  readonly value: unknown;
}

export type Injection =
  | { readonly kind: 'patch'; readonly profile: string; readonly patch: readonly Addition[] }
  | { readonly kind: 'skipped'; readonly reason: Reason; readonly message: string };

/**
 * What is added to a pod so that it has a sidecar, or why nothing is. The sidecar is the last of the init containers: it
 * keeps none of the owner's waiting, and needs nothing of a mesh's, so that it does not matter who injects first.
 * Injecting twice is injecting once.
 */
export function injectSidecar(candidate: Candidate, terms: Terms): Injection {
  const rule = skipRules.find(({ applies }) => applies(candidate, terms));
  if (rule) return { kind: 'skipped', reason: rule.reason, message: rule.message(terms) };
  const name = profileNameOf(candidate, terms);
  const profile = terms.config.profiles[name];
  if (!profile) throw new Error(`profile ${name} must have been refused as ProfileUnknown`);
  const container = sidecarContainer(profile, fitOf(candidate.pod, terms.proxies));
  const { initContainers, volumes } = candidate.pod.spec;
  return {
    kind: 'patch',
    profile: name,
    patch: [
      ...appended('/spec/initContainers', initContainers, [container]),
      ...appended('/spec/volumes', volumes, sidecarVolumes),
    ],
  };
}

function appended(
  path: string,
  present: readonly unknown[] | null | undefined,
  added: readonly unknown[],
): readonly Addition[] {
  if (!present) return [{ op: 'add', path, value: added }];
  return added.map((value) => ({ op: 'add', path: `${path}/-`, value }));
}
