import { request } from 'node:http';
import { Duplex, PassThrough, Writable } from 'node:stream';
import { type KubeConfig, PortForward } from '@kubernetes/client-node';
import { Unreachable } from './connection.ts';

export interface Forwarding {
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** A test puts its own in place of the web socket. */
  readonly forward?: Pick<PortForward, 'portForward'>;
}

const MOST_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;

/**
 * GET from a port on loopback inside a pod, the way `kubectl port-forward` gets there: through the API server, which asks
 * for the right to `pods/portforward`. Throws Unreachable with what is in the way.
 */
export async function getFromPod(
  forwarding: Forwarding,
  path: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const socket = await socketTo(forwarding);
  try {
    return await get(socket, path);
  } catch (error) {
    throw new Unreachable(`${forwarding.namespace}/${forwarding.pod}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    socket.destroy();
  }
}

async function socketTo({ config, namespace, pod, port, forward }: Forwarding): Promise<Duplex> {
  const sent = new PassThrough();
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk, _, done) => void sent.write(chunk, done),
    final: (done) => void sent.end(done),
  });
  const received = new Writable({
    write(chunk, _, done) {
      socket.push(chunk);
      done();
    },
  });
  const failed = new Writable({
    write(chunk, _, done) {
      const words = String(chunk).trim();
      if (words !== '') socket.destroy(new Error(words));
      done();
    },
  });
  try {
    const opened = await (forward ?? new PortForward(config)).portForward(
      namespace,
      pod,
      [port],
      received,
      failed,
      sent,
    );
    if (typeof opened === 'function') throw new Error('no connection was opened');
    opened.onclose = () => socket.push(null);
    socket.on('close', () => opened.close());
    return socket;
  } catch (error) {
    // The library throws a web socket's event where the API server refuses.
    const { message = 'refused' } = error as { message?: string };
    throw new Unreachable(`port-forward to ${namespace}/${pod}: ${message}`, { cause: error });
  }
}

function get(socket: Duplex, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({
      ...{ method: 'GET', path, host: 'localhost', headers: { connection: 'close' } },
      createConnection: () => socket,
      timeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    call.on('error', reject);
    call.on('response', (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
        pieces.push(piece);
        if (bytes > MOST_BYTES) call.destroy(new Error(`the answer is longer than ${MOST_BYTES} bytes`));
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') }),
      );
    });
    call.end();
  });
}
