import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createPodQueue, type PodBehaviour, type PodCounts, type PodQueue } from './pod-queue.ts';
import { seededRandom } from './random.ts';

/*
 * One process that is every pod: all pod addresses are local in the rig's namespace, and the address that a
 * connection was made to says which pod is meant.
 *
 *   node pod-server.ts PORT CONTROL_PORT
 *
 * The control end point on loopback: PUT /pods replaces the set of Ready pods, GET /stats tells what they did.
 */

export type ServedPod = { readonly address: string; readonly behaviour: PodBehaviour };
export type PodStats = PodCounts & { readonly address: string };

/** A pod that is no longer Ready serves on over the connections it has, as one does between SIGTERM and its end. */
const DRAIN_MS = 2_000;

const queues = new Map<string, PodQueue>();
const draining = new Map<string, PodQueue>();
const sockets = new Map<string, Set<Socket>>();
const random = seededRandom(1);

function setPods(pods: readonly ServedPod[]): void {
  const ready = new Set(pods.map((pod) => pod.address));
  for (const { address, behaviour } of pods) {
    const queue = queues.get(address);
    if (queue === undefined)
      queues.set(
        address,
        createPodQueue(behaviour, random, () => performance.now()),
      );
    else queue.behaviour = behaviour;
  }
  for (const address of [...queues.keys()].filter((known) => !ready.has(known))) retire(address);
}

function retire(address: string): void {
  const queue = queues.get(address);
  if (queue === undefined) return;
  queues.delete(address);
  draining.set(address, queue);
  const open = [...(sockets.get(address) ?? [])];
  setTimeout(() => {
    // The address may belong to a new pod by now, which has a line of its own.
    if (draining.get(address) === queue) draining.delete(address);
    for (const socket of open) socket.destroy();
  }, DRAIN_MS);
}

/** Nobody listens at the address of a pod that is not Ready; a reset is the nearest to it. */
function onConnection(socket: Socket): void {
  const address = socket.localAddress ?? '';
  if (!queues.has(address)) {
    socket.resetAndDestroy();
    return;
  }
  const open = sockets.get(address) ?? new Set();
  sockets.set(address, open.add(socket));
  socket.once('close', () => open.delete(socket));
  socket.on('error', () => undefined);
}

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  const address = request.socket.localAddress ?? '';
  const queue = queues.get(address) ?? draining.get(address);
  request.resume();
  if (queue === undefined) {
    answer(response, 503, { error: 'the pod is not Ready' }, { connection: 'close' });
    return;
  }
  queue.enter((served) => answer(response, served ? 200 : 503, { pod: address }));
}

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function onControl(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'PUT' && request.url === '/pods') {
    setPods(JSON.parse(await text(request)) as readonly ServedPod[]);
    answer(response, 200, {});
  } else if (request.url === '/stats') {
    answer(
      response,
      200,
      [...queues].map(([address, queue]): PodStats => ({ address, ...queue.counts() })),
    );
  } else {
    answer(response, 404, {});
  }
}

const [port, controlPort] = process.argv.slice(2).map(Number);
// Envoy keeps its connections for as long as it likes; a shorter time here would lose requests to a race.
const pods = createServer({ keepAliveTimeout: 3_600_000, requestTimeout: 0 }, onRequest);
pods.on('connection', onConnection);
pods.listen({ port, host: '0.0.0.0', backlog: 4096 });
createServer((request, response) => void onControl(request, response)).listen(controlPort, '127.0.0.1');
