/** How many observations were at or below each edge. Edges ascend in seconds, and the last is Infinity. */
export interface Histogram {
  readonly edgesSeconds: readonly number[];
  readonly cumulative: readonly number[];
}

/** A quantile as far as buckets tell it: above `lowerSeconds`, at most `upperSeconds` (Infinity past the last bound). */
export interface Interval {
  readonly lowerSeconds: number;
  readonly upperSeconds: number;
}

/**
 * The q-quantile of several histograms together, whose edges may differ, as the narrowest interval that surely holds
 * it: above every edge at or below which fewer than q·n observations can be, and at or below the first edge at or below
 * which at least q·n must be. Undefined without observations.
 *
 * With equal edges it is the bucket the quantile falls in: of 40 at or below 5 ms, 50 at or below 10 ms and 50 in all, P95
 * (rank 47.5) is in (5, 10].
 */
export function quantileInterval(parts: readonly Histogram[], quantile: number): Interval | undefined {
  const total = parts.reduce((sum, part) => sum + (part.cumulative.at(-1) ?? 0), 0);
  if (total <= 0) return undefined;
  const rank = quantile * total;
  let lowerSeconds = 0;
  for (const edge of everyEdge(parts)) {
    const surely = parts.reduce((sum, part) => sum + countAt(part, edge, 'surely'), 0);
    if (surely >= rank) return { lowerSeconds, upperSeconds: edge };
    const perhaps = parts.reduce((sum, part) => sum + countAt(part, edge, 'perhaps'), 0);
    if (perhaps < rank) lowerSeconds = edge;
  }
  return { lowerSeconds, upperSeconds: Number.POSITIVE_INFINITY };
}

/** The edges all parts have: to these they can be added up without a guess. Infinity is always one. */
export function commonEdges(parts: readonly Histogram[]): readonly number[] {
  const [first, ...rest] = parts;
  if (!first) return [];
  return first.edgesSeconds.filter((edge) => rest.every((part) => part.edgesSeconds.includes(edge)));
}

/** The sum of all parts at edges that all of them have. */
export function mergeAt(parts: readonly Histogram[], edgesSeconds: readonly number[]): Histogram {
  const cumulative = edgesSeconds.map((edge) =>
    parts.reduce((sum, part) => sum + countAt(part, edge, 'surely'), 0),
  );
  return { edgesSeconds, cumulative };
}

/** Counts per bucket, as OTLP has them, from cumulative ones. `[3, 3, 7]` is `[3, 0, 4]`. */
export function perBucket(cumulative: readonly number[]): number[] {
  return cumulative.map((count, i) => count - (i > 0 ? (cumulative[i - 1] ?? 0) : 0));
}

function everyEdge(parts: readonly Histogram[]): number[] {
  return [...new Set(parts.flatMap((part) => part.edgesSeconds))].sort((a, b) => a - b);
}

/** At an edge the part does not have, the count is `surely` that of its edge below, and `perhaps` that of the one above. */
function countAt(part: Histogram, edge: number, bound: 'surely' | 'perhaps'): number {
  let below = 0;
  for (const [i, own] of part.edgesSeconds.entries()) {
    const count = part.cumulative[i] ?? 0;
    if (own === edge) return count;
    if (own > edge) return bound === 'surely' ? below : count;
    below = count;
  }
  return below;
}
