import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { BadInput } from './bad-input.ts';

/** Throws BadInput where a process cannot reach itself, as in a network namespace whose loopback is down. */
export async function checkLoopback(host = '127.0.0.1'): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  try {
    await once(server.listen(0, host), 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, host);
    await once(socket, 'connect');
    socket.destroy();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput(`${host} must be reachable, for the simulated pods send over it: ${reason}`);
  } finally {
    server.close();
  }
}
