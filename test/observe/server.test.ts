import test from 'ava';
import { createMetrics } from '../../controller/observe/metrics.ts';
import { createObserveServer } from '../../controller/observe/server.ts';

function serve(unready?: string) {
  const metrics = createMetrics();
  return createObserveServer(metrics.registry, { unready: () => unready });
}

test('ready is 200; what is not ready says why with 503; alive it is in both cases', async (t) => {
  t.is((await serve().inject('/readyz')).statusCode, 200);
  const unready = await serve('the cluster has not been listed yet').inject('/readyz');
  t.is(unready.statusCode, 503);
  t.regex(unready.body, /has not been listed/);
  t.is((await serve('anything').inject('/healthz')).statusCode, 200);
});

test('metrics are Prometheus text', async (t) => {
  const answer = await serve().inject('/metrics');
  t.regex(String(answer.headers['content-type']), /^text\/plain/);
  t.regex(answer.body, /# TYPE foresail_leader gauge/);
});

test('there is nothing else, and nothing that can be posted', async (t) => {
  t.is((await serve().inject('/')).statusCode, 404);
  t.is((await serve().inject({ method: 'POST', url: '/metrics', payload: 'x' })).statusCode, 404);
});
