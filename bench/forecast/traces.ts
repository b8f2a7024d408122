import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { LEADS } from '../../assembly/pkg/forecaster.js';
import { everyFor, type Protocol } from '../../controller/backtest/protocol.ts';

/** One recorded load and how it is played. */
export interface Trace {
  readonly name: string;
  readonly file: string;
  /** The daily period in steps. */
  readonly seasonSteps: number;
  readonly stepSeconds: number;
  /** Whether it is one of the ten that the means count; the two others have no season to speak of. */
  readonly counted: boolean;
}

const trace = (name: string, file: string, seasonSteps: number, minutes: number, counted = true): Trace => ({
  name,
  file,
  seasonSteps,
  stepSeconds: 60 * minutes,
  counted,
});

export const TRACES: readonly Trace[] = [
  trace('nasa', 'nasa_http_1995_1min.csv.gz', 1440, 1),
  trace('twitter', 'twitter_stream_2021-08_1min.csv', 1440, 1),
  trace('elb', 'nab_aws_elb_request_count_5min.csv', 288, 5),
  trace('aapl', 'nab_tweets_aapl_5min.csv', 288, 5),
  trace('alibaba', 'alibaba2018_cluster_cpu_5min.csv', 288, 5),
  trace('google', 'google2019_borg_avg_cpu_5min.csv', 288, 5),
  trace('bank', 'bank_calls_5min_weekdays.csv', 169, 5),
  trace('servegen large', 'servegen_m_large_10min.csv', 144, 10),
  trace('servegen small', 'servegen_m_small_10min.csv', 144, 10),
  trace('taxi', 'nab_nyc_taxi_30min.csv', 48, 30),
  trace('fb', 'nab_tweets_fb_5min.csv', 288, 5, false),
  trace('ec2', 'nab_ec2_request_latency_5min.csv', 288, 5, false),
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

/** How forecasts are asked for: every third minute, as the origins of one-minute traces are many and much alike. */
export function protocolOf({ stepSeconds }: Trace): Protocol {
  return { leads: LEADS, every: everyFor(stepSeconds), fromShare: 0.3 };
}
