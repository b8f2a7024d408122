import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { KeyPair } from './certificates.ts';

/** The rig's own way to the API server: plain JSON over HTTPS, no client library. */
export type Api = {
  readonly server: string;
  request(method: string, path: string, body?: unknown): Promise<ApiResponse>;
};

export type ApiResponse = { readonly status: number; readonly body: unknown };

const TIMEOUT_MS = 10_000;

export function createApi(server: string, caFile: string, user: KeyPair): Api {
  const tls = {
    ca: readFileSync(caFile),
    cert: readFileSync(user.certificate),
    key: readFileSync(user.key),
  };
  return {
    server,
    request: (method, path, body) =>
      new Promise((resolve, reject) => {
        const headers = { accept: 'application/json', 'content-type': 'application/json' };
        const sent = request(
          `${server}${path}`,
          { ...tls, method, headers, timeout: TIMEOUT_MS },
          (response) => {
            let text = '';
            response.setEncoding('utf8');
            response.on('data', (piece: string) => {
              text += piece;
            });
            response.on('error', reject);
            response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
          },
        );
        sent.on('error', reject);
        sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} took over ${TIMEOUT_MS} ms`)));
        sent.end(body === undefined ? undefined : JSON.stringify(body));
      }),
  };
}

/** Health end points answer with plain text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As `request`, for what must succeed. */
export async function mustRequest(api: Api, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await api.request(method, path, body);
  if (response.status < 200 || response.status > 299) {
    throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(response.body)}`);
  }
  return response.body;
}
