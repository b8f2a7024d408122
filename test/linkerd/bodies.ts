import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Bodies of a real proxy with what the clients saw; they lie beside the repository and are never copied into it. */
const folder = join(import.meta.dirname, '../../../shared/fixtures/linkerd');

export const bodiesAreHere = existsSync(join(folder, 'truth.json'));

export function bodyOf(name: string, pod: string): string {
  return gunzipSync(readFileSync(join(folder, `${name}.${pod}.prom.gz`))).toString('utf8');
}

export function truth(): readonly Truth[] {
  return JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'));
}

export interface Truth {
  readonly proxy: string;
  readonly from: string;
  readonly to: string;
  readonly client_saw_all_outbound_of_this_pod: Readonly<Record<string, number>>;
}

interface Meta {
  readonly traffic_since_these_proxies_started: readonly {
    readonly from_pod?: string;
    readonly url?: string;
    readonly client_saw?: Readonly<Record<string, number>>;
    readonly by_backend?: Readonly<Record<string, number>>;
    readonly client_latency_ms_not_cumulative?: Readonly<Record<string, number>>;
  }[];
}

export function metaOf(name: string, pod: string): Meta {
  return JSON.parse(gunzipSync(readFileSync(join(folder, `${name}.${pod}.meta.json.gz`))).toString('utf8'));
}
