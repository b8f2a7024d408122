import { fastify } from 'fastify';
import { createReceiver } from '../../controller/ingest/receiver.ts';
import type { Identifier } from '../../controller/ports.ts';

/** The process whose CPU is measured: `receiver` is the product, `peer` a fastify that only reads the body. */
const UNLIMITED = 1e12;

const identifier: Identifier = {
  identify: async (token) => ({
    kind: 'pod',
    workload: { namespace: 'store', kind: 'Deployment', name: 'shop' },
    podUid: token.slice(-8),
    podName: 'shop-1',
  }),
};

let points = 0;

async function listenReceiver(): Promise<number> {
  const limits = { burstPerPod: UNLIMITED, perSecondPerPod: UNLIMITED };
  const onReport = (report: { points: readonly unknown[] }) => {
    points += report.points.length;
  };
  const receiver = createReceiver({ identifier, limits, onReport });
  await receiver.listen(0, '127.0.0.1');
  return receiver.address().port;
}

async function listenPeer(): Promise<number> {
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/v1/metrics', (_request, reply) => reply.send(''));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuSeconds: (user + system) / 1e6, points, rssMib: process.memoryUsage.rss() / 2 ** 20 });
});
process.send?.({ port: await (process.argv[2] === 'peer' ? listenPeer() : listenReceiver()) });
