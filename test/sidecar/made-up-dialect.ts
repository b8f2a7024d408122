import type { Dialect } from '../../sidecar/dialect.ts';
import type { Sample } from '../../sidecar/exposition.ts';
import { ExpositionReader } from '../../sidecar/exposition.ts';
import { wantedOf } from '../../sidecar/family.ts';
import { Ledger } from '../../sidecar/ledger.ts';

/** A proxy that says everything a dialect can tell, so that the shaping is tested without any product. */
export const madeUp: Dialect = {
  name: 'made-up',
  urls: ['http://127.0.0.1:1/metrics'],
  proof: ['alive'],
  arrivals: { samples: ['came_total', 'came'], counts: (labels) => labels.get('dir') !== 'out' },
  outcomes: {
    samples: ['went_total'],
    counts: () => true,
    failed: (labels) => labels.get('bad') === 'yes',
  },
  lost: { samples: ['lost_total'], counts: () => true },
  latency: {
    samples: ['took_bucket'],
    counts: () => true,
    unitsPerSecond: 1000,
    truncationSeconds: 0.001,
    until: 'end-of-response',
  },
  inflight: { samples: ['busy'], counts: () => true },
  queued: { samples: ['waiting'], counts: () => true },
  restart: { sample: 'born_seconds', tells: 'start-time' },
};

export function samplesOf(text: string, dialect: Dialect): readonly Sample[] {
  const reader = new ExpositionReader(wantedOf(dialect));
  reader.push(Buffer.from(`${text}\n`));
  return reader.end();
}

/** A ledger that is fed texts, five seconds apart unless said otherwise. */
export function feed(dialect: Dialect = madeUp, selection: ReadonlyMap<string, string> = new Map()) {
  const ledger = new Ledger(dialect, { scrapePort: '1' }, selection);
  let nowMs = 0;
  return (text: string, afterMs = 5000) => {
    nowMs += afterMs;
    return ledger.enter(samplesOf(text, dialect), nowMs);
  };
}
