import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import * as glue from '../../assembly/pkg/forecaster.js';
import { core } from './core.ts';
import { digests, load, STEPS } from './stream.js';

const golden = new URL('../golden/assembly-forecast.json', import.meta.url);
const wasm = readFileSync(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url));

/** The digests say that something changed; the ensemble's last answers are there to be read. */
async function played(): Promise<object> {
  const forecaster = core();
  const handle = forecaster.open(96, 672);
  for (let step = 0; step < STEPS; step++) forecaster.push(handle, load(step));
  const rows = (figures: Float64Array): number[][] =>
    Array.from({ length: figures.length / 5 }, (_, row) => [...figures.subarray(row * 5, row * 5 + 5)]);
  return {
    sha256: await digests(glue, wasm),
    leads: rows(forecaster.forecast(handle)),
    peaks: rows(forecaster.peaks(handle)),
  };
}

/** A row of figures per line, as the formatter has it. */
function text(record: object): string {
  const rows = JSON.stringify(record, null, 2).replace(
    /\[\s+(-?\d[^[\]]*?)\s+\]/g,
    (_, figures: string) => `[${figures.split(/,\s+/).join(', ')}]`,
  );
  return `${rows}\n`;
}

test('the same bytes in give the same bits out as on record (UPDATE_GOLDEN=1 rewrites the record)', async (t) => {
  const now = await played();
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text(now));
  t.deepEqual(now, JSON.parse(readFileSync(golden, 'utf8')));
});

test('two instances fed alike agree bit for bit', async (t) => {
  t.deepEqual(await played(), await played());
});
