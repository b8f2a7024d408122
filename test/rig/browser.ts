import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--no-zygote',
  '--single-process',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Runs a module in a browser: `script` may import the files below `root` by absolute path, and what it posts to
 * /answer is returned. The browser is ended afterwards, or when it has said nothing for a minute.
 */
export async function runInBrowser(executable: string, root: string, script: string): Promise<string> {
  const answer = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    serve(request, response, root, script).then((posted) => {
      if (posted !== undefined) answer.resolve(posted);
    }, answer.reject);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'foresail-browser-'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let said = '';
  browser.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => browser.on('close', () => resolve()));
  browser.on('error', answer.reject);
  browser.on('close', () => answer.reject(new Error(`the browser ended without an answer: ${said}`)));
  try {
    return await answer.promise;
  } finally {
    browser.kill('SIGKILL');
    await ended;
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Answers one request; gives back what was posted as the answer. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  script: string,
): Promise<string | undefined> {
  const path = request.url ?? '/';
  if (path === '/answer') {
    const posted = await text(request);
    response.end();
    return posted;
  }
  if (path === '/') {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><script type="module">${script}</script>`);
  } else if (extname(path) in TYPES) {
    response.setHeader('content-type', TYPES[extname(path)] ?? '');
    response.end(readFileSync(join(root, path)));
  } else {
    response.writeHead(404).end();
  }
  return undefined;
}
