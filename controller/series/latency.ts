import type { Interval, Step } from './step.ts';

interface Layout {
  readonly boundsSeconds: readonly number[];
  readonly counts: Float64Array;
}

type Latency = NonNullable<Step['latency']>;

/**
 * Requests by duration bucket, pods together. Pods need not have the same buckets (one image is a release ahead of
 * another): a quantile is then bounded from both sides. If every request took its bucket's lower edge the quantile
 * would be `lower`; if every one took the upper edge, `upper`; the truth lies between.
 *
 *   pod A: 10 in (0, 0.1], 10 in (0.1, 1]      lower edges 0 x10, 0.1 x10, 0.5 x20  -> p50 lower 0.1
 *   pod B: 20 in (0.5, 2]                      upper edges 0.1 x10, 1 x10, 2 x20    -> p50 upper 1
 * With the same buckets everywhere this is just the bucket the quantile falls in.
 */
export class LatencyMerge {
  #layouts: Layout[] = [];

  clear(): void {
    for (const layout of this.#layouts) layout.counts.fill(0);
    if (this.#layouts.length > 8) this.#layouts = [];
  }

  /** Adds `counts` (one more than bounds), each times `weight`. */
  add(boundsSeconds: readonly number[], counts: Float64Array, weight: number): void {
    const into = this.#layoutOf(boundsSeconds).counts;
    for (let index = 0; index < into.length; index++) {
      into[index] = (into[index] ?? 0) + (counts[index] ?? 0) * weight;
    }
  }

  #layoutOf(boundsSeconds: readonly number[]): Layout {
    for (const layout of this.#layouts) if (sameBounds(layout.boundsSeconds, boundsSeconds)) return layout;
    const layout = { boundsSeconds, counts: new Float64Array(boundsSeconds.length + 1) };
    this.#layouts.push(layout);
    return layout;
  }

  /** undefined when there was no request. */
  quantiles(): Latency | undefined {
    const lower = this.#edges((bounds, index) => (index === 0 ? 0 : (bounds[index - 1] ?? 0)));
    if (lower.total <= NOTHING) return undefined;
    const upper = this.#edges((bounds, index) => bounds[index] ?? Infinity);
    const interval = (quantile: number): Interval => ({
      lower: edgeAt(lower, quantile),
      upper: edgeAt(upper, quantile),
    });
    const p99 = interval(0.99);
    const likely = this.#layouts.length === 1 ? within(lower, p99, 0.99) : Number.NaN;
    return {
      p50: interval(0.5),
      p95: interval(0.95),
      p99: Number.isFinite(likely) ? { ...p99, likely } : p99,
    };
  }

  #edges(edgeOf: (bounds: readonly number[], index: number) => number): Edges {
    const all: { edge: number; count: number }[] = [];
    let total = 0;
    for (const { boundsSeconds, counts } of this.#layouts) {
      for (const [index, count] of counts.entries()) {
        if (count <= 0) continue;
        all.push({ edge: edgeOf(boundsSeconds, index), count });
        total += count;
      }
    }
    if (this.#layouts.length > 1) all.sort(byEdge);
    return { all, total };
  }
}

/** Not by difference: two overflow edges would give Infinity - Infinity. */
function byEdge(a: { readonly edge: number }, b: { readonly edge: number }): number {
  if (a.edge === b.edge) return 0;
  return a.edge < b.edge ? -1 : 1;
}

interface Edges {
  readonly all: readonly { readonly edge: number; readonly count: number }[];
  readonly total: number;
}

/** Counts are shares of exports, so a sum that should be nothing may be 1e-12. */
const NOTHING = 1e-6;

function edgeAt({ all, total }: Edges, quantile: number): number {
  const rank = total * quantile * (1 - 1e-9);
  let below = 0;
  for (const { edge, count } of all) {
    below += count;
    if (below >= rank) return edge;
  }
  return all.at(-1)?.edge ?? Number.NaN;
}

/**
 * Where inside its bucket a quantile lies: the logarithm of the share that takes longer falls in a straight line from edge to edge.
 * Nobody beyond the upper edge counts as half a request.
 *
 * p99 in (100, 250] ms; 2.5 % take longer than 100 ms, 0.1 % longer than 250 ms
 * 100 + 150 x ln(2.5 / 1) / ln(2.5 / 0.1)
 * -> 142.7 ms
 */
function within({ all, total }: Edges, { lower, upper }: Interval, quantile: number): number {
  let over = 0;
  let above = 0;
  for (const { edge, count } of all) {
    if (edge >= lower) over += count;
    if (edge >= upper) above += count;
  }
  const slope = Math.log(over / Math.max(above, 0.5));
  return lower + ((upper - lower) * Math.log(over / total / (1 - quantile))) / slope;
}

export function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
