import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One recorded load and how it is played. */
export interface Trace {
  readonly name: string;
  readonly file: string;
  /** The daily period in steps. */
  readonly seasonSteps: number;
  /** Every how many steps a forecast is scored. */
  readonly everySteps: number;
  /** Whether it is one of the ten that the means count; the two others have no season to speak of. */
  readonly counted: boolean;
}

const trace = (name: string, file: string, seasonSteps: number, everySteps = 1, counted = true): Trace => ({
  name,
  file,
  seasonSteps,
  everySteps,
  counted,
});

export const TRACES: readonly Trace[] = [
  trace('nasa', 'nasa_http_1995_1min.csv.gz', 1440, 3),
  trace('twitter', 'twitter_stream_2021-08_1min.csv', 1440, 3),
  trace('elb', 'nab_aws_elb_request_count_5min.csv', 288),
  trace('aapl', 'nab_tweets_aapl_5min.csv', 288),
  trace('alibaba', 'alibaba2018_cluster_cpu_5min.csv', 288),
  trace('google', 'google2019_borg_avg_cpu_5min.csv', 288),
  trace('bank', 'bank_calls_5min_weekdays.csv', 169),
  trace('servegen large', 'servegen_m_large_10min.csv', 144),
  trace('servegen small', 'servegen_m_small_10min.csv', 144),
  trace('taxi', 'nab_nyc_taxi_30min.csv', 48),
  trace('fb', 'nab_tweets_fb_5min.csv', 288, 1, false),
  trace('ec2', 'nab_ec2_request_latency_5min.csv', 288, 1, false),
];

const folder = new URL('../../../shared/traces/', import.meta.url);

/** The traces whose files are there; each of the others is said, as a mean over fewer is another figure. */
export function presentTraces(say: (line: string) => void): readonly Trace[] {
  return TRACES.filter(({ name, file }) => {
    const present = existsSync(new URL(file, folder));
    if (!present) say(`SKIPPED: ${name}: ../shared/traces/${file} is not there`);
    return present;
  });
}

/** The values of the second column, NaN where it is empty. */
export function readTrace({ file }: Trace): Float64Array {
  const bytes = readFileSync(new URL(file, folder));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return Float64Array.from(text.trim().split('\n').slice(1), (line) => {
    const value = line.slice(line.indexOf(',') + 1).trim();
    return value === '' ? Number.NaN : Number(value);
  });
}

/** The steps at which a forecast is scored: after the first 30 %, every `everySteps`-th, where the value is known. */
export function originsOf(values: Float64Array, { everySteps }: Trace): readonly number[] {
  const origins: number[] = [];
  for (let step = Math.floor(0.3 * values.length); step + 1 < values.length; step += everySteps) {
    if (!Number.isNaN(values[step])) origins.push(step);
  }
  return origins;
}
