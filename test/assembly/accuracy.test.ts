import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { FIGURES, LEADS } from '../../assembly/pkg/forecaster.js';
import { core } from './core.ts';

const traces = new URL('../../../shared/traces/', import.meta.url);

function read(file: string): Float64Array {
  const bytes = readFileSync(new URL(file, traces));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.trim().split('\n').slice(1);
  return Float64Array.from(lines, (line) => {
    const value = line.slice(line.indexOf(',') + 1).trim();
    return value === '' ? Number.NaN : Number(value);
  });
}

interface Outcome {
  readonly origins: number;
  readonly core: number;
  readonly naive: number;
  readonly seasonal: number;
  /** Shares of values at or below p90, p95, p99, and of maxima over 30 steps. */
  readonly leadCoverage: readonly number[];
  readonly peakCoverage: readonly number[];
}

/** Plays a trace; from the third season on, every `stride`-th origin with all its values known counts. */
function play(values: Float64Array, seasonSteps: number, stride: number): Outcome {
  const forecaster = core();
  const handle = forecaster.open(seasonSteps, seasonSteps * 7);
  const tally: Tally = {
    origins: 0,
    core: 0,
    naive: 0,
    seasonal: 0,
    leadHits: [0, 0, 0],
    peakHits: [0, 0, 0],
  };
  for (let at = 0; at + LEADS < values.length; at++) {
    forecaster.push(handle, values[at] ?? Number.NaN);
    if (at < 2 * seasonSteps || at % stride !== 0) continue;
    const now = values[at] ?? Number.NaN;
    const after = values.subarray(at + 1, at + 1 + LEADS);
    const before = values.subarray(at + 1 - seasonSteps, at + 1 - seasonSteps + LEADS);
    if ([now, ...after, ...before].some(Number.isNaN)) continue;
    count(
      tally,
      now,
      after,
      before,
      forecaster.forecast(handle),
      forecaster.peaks(handle).subarray(-FIGURES),
    );
  }
  const { leadHits, peakHits, ...sums } = tally;
  return {
    ...sums,
    leadCoverage: leadHits.map((hits) => hits / tally.origins / LEADS),
    peakCoverage: peakHits.map((hits) => hits / tally.origins),
  };
}

interface Tally {
  origins: number;
  core: number;
  naive: number;
  seasonal: number;
  readonly leadHits: number[];
  readonly peakHits: number[];
}

function count(
  tally: Tally,
  now: number,
  after: Float64Array,
  before: Float64Array,
  figures: Float64Array,
  peak: Float64Array,
): void {
  tally.origins++;
  for (const [lead, actual] of after.entries()) {
    tally.core += Math.abs(actual - (figures[lead * FIGURES + 1] ?? 0));
    tally.naive += Math.abs(actual - now);
    tally.seasonal += Math.abs(actual - (before[lead] ?? 0));
    hit(tally.leadHits, actual, figures.subarray(lead * FIGURES, (lead + 1) * FIGURES));
  }
  hit(tally.peakHits, Math.max(...after), peak);
}

function hit(hits: number[], actual: number, [, , p90 = 0, p95 = 0, p99 = 0]: Float64Array): void {
  for (const [level, bound] of [p90, p95, p99].entries()) {
    if (actual <= bound) hits[level] = (hits[level] ?? 0) + 1;
  }
}

const beats = test.macro({
  exec(t: ExecutionContext, file: string, seasonSteps: number, atMost: number) {
    if (!existsSync(new URL(file, traces))) {
      t.log(`SKIPPED: ${file} is not beside the checkout (../shared/traces)`);
      t.pass();
      return;
    }
    const outcome = play(read(file), seasonSteps, 5);
    const ratio = outcome.core / Math.min(outcome.naive, outcome.seasonal);
    const percent = (shares: readonly number[]): string =>
      shares.map((share) => (100 * share).toFixed(1)).join(' / ');
    t.log(
      `${outcome.origins} origins: ${ratio.toFixed(3)} x the better of naive and seasonal naive; p90/p95/p99 cover ` +
        `${percent(outcome.leadCoverage)} % of values, ${percent(outcome.peakCoverage)} % of maxima over 30 steps`,
    );
    t.true(ratio < atMost, `${ratio}`);
    for (const shares of [outcome.leadCoverage, outcome.peakCoverage]) {
      for (const [index, level] of [0.9, 0.95, 0.99].entries()) {
        t.true(Math.abs((shares[index] ?? 0) - level) < 0.011, `covers ${shares[index]} at ${level}`);
      }
    }
  },
  title: (_, file) => `over leads 1 to 30 the forecast beats naive and seasonal naive, calibrated: ${file}`,
});

test(beats, 'nasa_http_1995_1min.csv.gz', 1440, 0.8);
test(beats, 'twitter_stream_2021-08_1min.csv', 1440, 0.82);
test(beats, 'nab_aws_elb_request_count_5min.csv', 288, 0.8);
test(beats, 'bank_calls_5min_weekdays.csv', 169, 0.62);
test(beats, 'google2019_borg_avg_cpu_5min.csv', 288, 0.85);
