import type { Dialect } from './dialect.ts';
import type { Sample, Wanted } from './exposition.ts';
import type { Selection } from './family.ts';
import { wantedOf } from './family.ts';
import type { Increments } from './ledger.ts';
import { Ledger } from './ledger.ts';
import { ScrapeError } from './scrape.ts';

export type Scrape = (url: URL, wanted: Wanted, deadlineMs: number) => Promise<readonly Sample[]>;

export interface Candidate {
  readonly dialect: Dialect;
  readonly url: URL;
}

/** Where to look: each dialect at each of its own places, or at the one place given. */
export function candidatesOf(dialects: readonly Dialect[], url: URL | undefined): readonly Candidate[] {
  return dialects.flatMap((dialect) =>
    (url ? [url] : dialect.urls.map((own) => new URL(own))).map((place) => ({ dialect, url: place })),
  );
}

/**
 * The proxy beside this container. Until one of the candidates answers in its own dialect each scrape tries them all;
 * from then on it is that one, for a proxy does not turn into another while its pod lives.
 */
export class Source {
  readonly #candidates: readonly Candidate[];
  readonly #selection: Selection;
  readonly #scrape: Scrape;
  #found: { readonly candidate: Candidate; readonly wanted: Wanted; readonly ledger: Ledger } | undefined;

  constructor(candidates: readonly Candidate[], selection: Selection, scrape: Scrape) {
    this.#candidates = candidates;
    this.#selection = selection;
    this.#scrape = scrape;
  }

  get found(): Candidate | undefined {
    return this.#found?.candidate;
  }

  /** What was counted since the scrape before. Throws a ScrapeError when there is nothing that can be relied on. */
  async read(deadlineMs: number, monotonicMs: () => number): Promise<Increments> {
    if (!this.#found) return this.#find(deadlineMs, monotonicMs);
    const { candidate, wanted, ledger } = this.#found;
    const samples = await this.#scrape(candidate.url, wanted, deadlineMs);
    const increments = ledger.enter(samples, monotonicMs());
    if (!increments) throw new ScrapeError(absence(candidate));
    return increments;
  }

  async #find(deadlineMs: number, monotonicMs: () => number): Promise<Increments> {
    const failures: string[] = [];
    for (const candidate of this.#candidates) {
      const { dialect, url } = candidate;
      const wanted = wantedOf(dialect);
      const ledger = new Ledger(dialect, { scrapePort: url.port }, this.#selection);
      try {
        const samples = await this.#scrape(url, wanted, deadlineMs / this.#candidates.length);
        const increments = ledger.enter(samples, monotonicMs());
        if (increments) {
          this.#found = { candidate, wanted, ledger };
          return increments;
        }
        failures.push(absence(candidate));
      } catch (error) {
        if (!(error instanceof ScrapeError)) throw error;
        failures.push(`${url.origin}${url.pathname}: ${error.message}`);
      }
    }
    throw new ScrapeError([...new Set(failures)].join('; '));
  }
}

function absence({ dialect, url }: Candidate): string {
  return `${url.origin}${url.pathname}: no ${dialect.proof.join(' or ')} in the body, as ${dialect.name} has it`;
}
