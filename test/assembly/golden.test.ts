import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { core } from './core.ts';

const golden = new URL('../golden/assembly-forecast.json', import.meta.url);

/** Integers from integer arithmetic only, so that the input is the same on every machine: a ramped day, bursts, gaps. */
function load(step: number): number {
  const phase = step % 96;
  const ramp = phase < 48 ? phase : 96 - phase;
  const noise = (Math.imul(step + 1, 2_654_435_761) >>> 0) % 17;
  if (step % 211 > 205) return Number.NaN;
  return 40 + ramp * 3 + noise + (step % 384 < 6 ? 300 : 0);
}

/** Every bit of every answer of 2,000 steps goes into the digest; the last answers are there to be read. */
function played(): object {
  const forecaster = core();
  const handle = forecaster.open(96, 672);
  const digest = createHash('sha256');
  for (let step = 0; step < 2_000; step++) {
    forecaster.push(handle, load(step));
    digest.update(new Uint8Array(forecaster.forecast(handle).buffer));
    digest.update(new Uint8Array(forecaster.peaks(handle).buffer));
  }
  const rows = (figures: Float64Array): number[][] =>
    Array.from({ length: figures.length / 5 }, (_, row) => [...figures.subarray(row * 5, row * 5 + 5)]);
  return {
    sha256: digest.digest('hex'),
    leads: rows(forecaster.forecast(handle)),
    peaks: rows(forecaster.peaks(handle)),
  };
}

test('the same bytes in give the same bits out as on record (UPDATE_GOLDEN=1 rewrites the record)', (t) => {
  const now = played();
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, `${JSON.stringify(now, null, 1)}\n`);
  t.deepEqual(now, JSON.parse(readFileSync(golden, 'utf8')));
});

test('two instances fed alike agree bit for bit', (t) => {
  t.deepEqual(played(), played());
});
