/**
 * Resource versions are decimal numbers that only grow, up to 64 bits (Kubernetes promises the order since 1.35).
 * Negative: a is older than b. undefined: one of the two is not such a number, so nothing can be said.
 */
export function compareVersions(a: string, b: string): number | undefined {
  if (!/^(0|[1-9]\d*)$/.test(a) || !/^(0|[1-9]\d*)$/.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
