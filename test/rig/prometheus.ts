import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPart, type Part } from './part.ts';
import type { Parts } from './parts.ts';
import { freePort } from './ports.ts';

export type ScrapeTarget = {
  readonly job: string;
  readonly targets: readonly string[];
  readonly path?: string;
};

export type PrometheusOptions = {
  readonly parts: Parts;
  readonly folder: string;
  readonly logs: string;
  readonly scrape?: readonly ScrapeTarget[];
  readonly scrapeIntervalSeconds?: number;
};

export type Sample = { readonly unixSeconds: number; readonly value: number };
export type Series = {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
};
export type RangeQuery = {
  readonly query: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly stepSeconds: number;
};

export type Prometheus = {
  readonly part: Part;
  readonly url: string;
  queryRange(query: RangeQuery): Promise<readonly Series[]>;
  /** Writes a gauge's past, up to 60 days back; the label `job` names where it comes from. */
  backfill(metric: string, series: Series): Promise<void>;
  stop(): Promise<void>;
};

/** A real Prometheus, which takes samples of the past by OTLP so that a test can give it a history. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const folder = join(options.folder, `prometheus-${port}`);
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'prometheus.json');
  writeFileSync(config, JSON.stringify(configOf(options)));
  const part = createPart({
    name: 'prometheus',
    file: options.parts.prometheus,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-otlp-receiver',
      // By default the first scrape comes 5 s after the start.
      '--scrape.discovery-reload-interval=100ms',
      '--storage.tsdb.retention.time=90d',
    ],
    logFile: join(options.logs, `prometheus-${port}.log`),
    ready: async () => (await fetch(`${url}/-/ready`)).ok,
  });
  await part.start();
  return {
    part,
    url,
    queryRange: (query) => queryRange(url, query),
    backfill: (metric, series) => backfill(url, metric, series),
    stop: () => part.stop(),
  };
}

function configOf({ scrape = [], scrapeIntervalSeconds = 5 }: PrometheusOptions): object {
  return {
    global: { scrape_interval: `${scrapeIntervalSeconds}s` },
    storage: { tsdb: { out_of_order_time_window: '60d' } },
    scrape_configs: scrape.map(({ job, targets, path = '/metrics' }) => ({
      job_name: job,
      metrics_path: path,
      // Envoy does not say which version of the text format it writes.
      fallback_scrape_protocol: 'PrometheusText0.0.4',
      static_configs: [{ targets }],
    })),
  };
}

type MatrixAnswer = {
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly values: readonly [number, string][];
    }[];
  };
};

async function queryRange(url: string, query: RangeQuery): Promise<readonly Series[]> {
  const parameters = new URLSearchParams({
    query: query.query,
    start: String(query.startSeconds),
    end: String(query.endSeconds),
    step: String(query.stepSeconds),
  });
  const response = await fetch(`${url}/api/v1/query_range?${parameters}`);
  if (!response.ok) throw new Error(`query_range answered ${response.status}: ${await response.text()}`);
  const answer = (await response.json()) as MatrixAnswer;
  return answer.data.result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([unixSeconds, value]) => ({ unixSeconds, value: Number(value) })),
  }));
}

async function backfill(url: string, metric: string, { labels, samples }: Series): Promise<void> {
  const { job = 'backfill', ...rest } = labels;
  const attribute = ([key, value]: [string, string]) => ({ key, value: { stringValue: value } });
  const dataPoints = samples.map(({ unixSeconds, value }) => ({
    timeUnixNano: `${BigInt(Math.round(unixSeconds * 1000)) * 1_000_000n}`,
    asDouble: value,
    attributes: Object.entries(rest).map(attribute),
  }));
  const body = {
    resourceMetrics: [
      {
        resource: { attributes: [attribute(['service.name', job])] },
        scopeMetrics: [{ scope: {}, metrics: [{ name: metric, gauge: { dataPoints } }] }],
      },
    ],
  };
  const response = await fetch(`${url}/api/v1/otlp/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`the history was refused with ${response.status}: ${await response.text()}`);
}
