import { once } from 'node:events';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { Server, type ServerOptions } from '@grpc/grpc-js';
import type { Certificates } from './certificates.ts';
import { credentialsOf } from './certificates.ts';
import type { createHandlers } from './handlers.ts';
import { definition } from './messages.ts';

export const limits = {
  /** KEDA holds one connection per address and credentials. */
  maxConnections: 32,
  maxStreamsPerConnection: 100,
  maxPushStreams: 500,
  /** A request is a few names; etcd lets an object have 1.5 MiB, of which none belongs here. */
  maxRequestBytes: 64 << 10,
} as const;

/**
 * No call waits for anything, so no deadline is needed here. What a connection may hold: streams, bytes, and the time it
 * may be silent, after which a ping must be answered.
 */
const options: ServerOptions = {
  'grpc.max_concurrent_streams': limits.maxStreamsPerConnection,
  'grpc.max_receive_message_length': limits.maxRequestBytes,
  'grpc.max_connection_idle_ms': 600_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc-node.max_session_memory': 1,
};

export interface Listening {
  readonly port: number;
  /** Ends every connection at once: who asks next must find whoever leads then. */
  close(): Promise<void>;
}

/** Listens with gRPC, on sockets of our own, as only those can be counted. */
export async function listen(
  { service }: Pick<ReturnType<typeof createHandlers>, 'service'>,
  address: { readonly host: string; readonly port: number },
  certificates: Certificates | undefined,
): Promise<Listening> {
  const grpc = new Server(options);
  grpc.addService(definition, service);
  const injector = grpc.createConnectionInjector(credentialsOf(certificates));
  const sockets = new Set<Socket>();
  const net = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    injector.injectConnection(socket);
  });
  net.maxConnections = limits.maxConnections;
  await bound(net, address);
  const at = net.address();
  return {
    port: at !== null && typeof at === 'object' ? at.port : address.port,
    async close() {
      const closed = new Promise<void>((resolve) => net.close(() => resolve()));
      injector.destroy();
      grpc.forceShutdown();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function bound(net: NetServer, { host, port }: { host: string; port: number }): Promise<void> {
  net.listen(port, host);
  try {
    await once(net, 'listening');
  } catch (error) {
    throw new Error(
      `cannot serve KEDA at port ${port} on ${host} (${(error as NodeJS.ErrnoException).code ?? error}): ` +
        'stop what listens there, or choose another address with --external-scaler-listen',
      { cause: error },
    );
  }
}
