import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands between a proxy and its sidecar: passes the proxy's text on, or bends it. */
export type Lie = 'none' | 'nan';

export interface Liar {
  /** What a sidecar is told to scrape instead of the target. */
  urlOf(target: string): string;
  tell(lie: Lie): void;
  stop(): Promise<void>;
}

export async function startLiar(): Promise<Liar> {
  let lie: Lie = 'none';
  const server = createServer(async (request, response) => {
    const target = new URL(request.url ?? '/', 'http://liar').searchParams.get('target') ?? '';
    try {
      const text = await (await fetch(target)).text();
      response.end(bend(text, lie));
    } catch {
      response.writeHead(502).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (target) => `http://127.0.0.1:${port}/?target=${encodeURIComponent(target)}`,
    tell: (next) => {
      lie = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `nan`: every count is NaN. */
function bend(text: string, lie: Lie): string {
  return lie === 'none' ? text : text.replace(/^([^#\n][^\n]*) \d+$/gm, '$1 NaN');
}
