import { TooLarge } from './malformed.ts';
import type { RawAttribute, RawExport, RawMetric } from './raw-export.ts';
import { knownUnits } from './vocabulary.ts';

/** Names of gauges that the sender's workload is scaled by beside the vocabulary. */
export type OwnMetrics = ReadonlySet<string>;

const none: OwnMetrics = new Set();

/** What one request may make us keep in memory, whatever its bytes say. */
export interface DecodeLimits {
  /** Data points of known metrics in one request. */
  readonly maxPoints: number;
  /** JSON only: objects, arrays and elements, which is what its parser allocates for. */
  readonly maxJsonElements: number;
}

/** Longer texts are cut here: no word of the vocabulary and no identity is as long. */
export const MAX_TEXT_BYTES = 256;

/** Buckets of one histogram. A mesh proxy's has 20, an SDK's exponential histogram 160. */
export const MAX_BUCKETS = 400;

/** Attributes kept per point. One signal has one attribute at most, so more only need to be seen, not kept. */
export const MAX_ATTRIBUTES = 4;

/** Collects what a decoder finds and stops it when it is too much. */
export class Sink implements RawExport {
  readonly claims: RawAttribute[][] = [];
  readonly metrics: RawMetric[] = [];
  ignoredMetrics = 0;
  readonly #maxPoints: number;
  readonly #own: OwnMetrics;
  #points = 0;

  constructor(limits: DecodeLimits, own: OwnMetrics = none) {
    this.#maxPoints = limits.maxPoints;
    this.#own = own;
  }

  /** Whether a metric of this name is worth reading. */
  wants(name: string): boolean {
    return knownUnits.has(name) || this.#own.has(name);
  }

  /** Call before each point is read. */
  countPoint(): void {
    this.#points += 1;
    if (this.#points > this.#maxPoints) {
      throw new TooLarge(`one export must have at most ${this.#maxPoints} data points`);
    }
  }
}

/** Keeps an attribute while there is room. */
export function keepAttribute(attributes: RawAttribute[], attribute: RawAttribute): void {
  if (attributes.length < MAX_ATTRIBUTES) attributes.push(attribute);
}

/** Keeps a bucket while there is room for one more than allowed: admission then sees that it is too many. */
export function keepBucket(buckets: number[], value: number): void {
  if (buckets.length <= MAX_BUCKETS) buckets.push(value);
}
