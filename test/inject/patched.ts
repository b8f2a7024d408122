import type { Addition } from '../../controller/inject/inject.ts';
import type { PodTemplate } from '../../controller/inject/pod.ts';

/** RFC 6902 `add`, for objects and lists, on a copy. */
export function patched(pod: PodTemplate, patch: readonly Addition[]): PodTemplate {
  const copy = structuredClone(pod);
  for (const { path, value } of patch) {
    const keys = path.split('/').slice(1);
    const last = keys.pop() ?? '';
    const holder = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy);
    if (Array.isArray(holder)) {
      if (last !== '-') throw new Error(`only additions at the end are known here, not ${path}`);
      holder.push(structuredClone(value));
    } else (holder as Record<string, unknown>)[last] = structuredClone(value);
  }
  return copy;
}
