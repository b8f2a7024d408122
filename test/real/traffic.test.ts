import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad, summarize } from '../rig/load.ts';
import type { PodStats } from '../rig/pod-server.ts';
import { sampleWorkload } from '../rig/sample.ts';
import { until } from '../rig/until.ts';
import { realTest, useRig } from './real-test.ts';

const rig = useRig({ name: 'traffic' });

const SHOP = { namespace: 'default', selector: 'app=shop', cluster: 'shop' };

realTest('requests go through Envoy to the Ready pods, and follow them when they change', async (t) => {
  await rig().apply(sampleWorkload({ name: 'shop', replicas: 2, startupSeconds: 1 }));
  const envoy = await rig().startEnvoy({ clusters: { shop: [] } });
  const pods = await rig().startPods({ workloads: [SHOP], envoy });
  t.teardown(() => pods.stop());
  t.is((await fetch(envoy.url)).status, 503, 'no pod, no answer');
  await until(() => pods.ready().length === 2);
  await sleep(500);

  const first = await startLoad({ url: envoy.url, profile: steady(50, 3) }).done;
  const { sent, succeeded, latencyMs } = summarize(first);
  t.true(sent > 100 && sent < 200, `sent ${sent}`);
  t.is(succeeded, sent);
  t.true(latencyMs(50) > 5 && latencyMs(50) < 150, `p50 ${latencyMs(50)} ms`);
  t.is(servedOf(await pods.stats()).length, 2);

  await rig().kubectl(['scale', 'deployment/shop', '--replicas=4']);
  await until(() => pods.ready().length === 4);
  await sleep(500);
  await startLoad({ url: envoy.url, profile: steady(50, 2), seed: 2 }).done;
  t.is(servedOf(await pods.stats()).length, 4);

  await rig().kubectl(['scale', 'deployment/shop', '--replicas=1']);
  const during = summarize(await startLoad({ url: envoy.url, profile: steady(50, 4), seed: 3 }).done);
  // Pods that go away finish what they have; a request sent in the moment before Envoy hears of it may be lost.
  t.true(
    during.succeeded / during.sent >= 0.98,
    `${during.succeeded} of ${during.sent} while pods went away`,
  );
  t.is(pods.ready().length, 1);
  t.regex(await envoy.metrics(), /envoy_cluster_upstream_rq_time_bucket\{envoy_cluster_name="shop"/);
});

realTest('latency rises when the load comes near what a pod can carry', async (t) => {
  const envoy = await rig().startEnvoy({ name: 'knee', clusters: { shop: [] } });
  // 4 at a time, 50 ms each: 80 requests per second.
  const pods = await rig().startPods({ workloads: [SHOP], envoy });
  await until(() => pods.ready().length === 1);
  await sleep(500);
  const calm = summarize(await startLoad({ url: envoy.url, profile: steady(20, 5) }).done);
  const busy = summarize(await startLoad({ url: envoy.url, profile: steady(110, 5) }).done);
  t.true(
    busy.latencyMs(95) > 2 * calm.latencyMs(95),
    `${calm.latencyMs(95)} ms, then ${busy.latencyMs(95)} ms`,
  );
});

realTest('nobody answers at an address that is not a Ready pod', async (t) => {
  await t.throwsAsync(fetch('http://10.244.200.200:8000/'));
});

realTest('Prometheus keeps a given past and what it scrapes', async (t) => {
  const envoy = await rig().startEnvoy({ name: 'scraped', clusters: { shop: [] } });
  const prometheus = await rig().startPrometheus({
    scrape: [{ job: 'envoy', targets: [new URL(envoy.adminUrl).host], path: '/stats/prometheus' }],
    scrapeIntervalSeconds: 1,
  });
  const endSeconds = Math.floor(Date.now() / 1000 / 60) * 60;
  const startSeconds = endSeconds - 7 * 24 * 3600;
  const samples = Array.from({ length: 7 * 24 * 60 }, (_, minute) => ({
    unixSeconds: startSeconds + minute * 60,
    value: minute,
  }));
  await prometheus.backfill('shop_rps', { labels: { job: 'shop', workload: 'shop' }, samples });
  const range = { startSeconds, endSeconds: endSeconds - 60, stepSeconds: 3600 };
  const [past] = await prometheus.queryRange({ query: 'shop_rps', ...range });
  t.is(past?.labels.job, 'shop');
  t.is(past?.labels.workload, 'shop');
  t.is(past?.samples.length, 7 * 24);
  t.is(past?.samples[100]?.value, 6000);

  await sleep(3000);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const recent = { startSeconds: nowSeconds - 2, endSeconds: nowSeconds, stepSeconds: 1 };
  const [scraped] = await prometheus.queryRange({ query: 'envoy_server_live{job="envoy"}', ...recent });
  t.is(scraped?.samples.at(-1)?.value, 1);
});

function steady(rps: number, seconds: number): number[] {
  return Array.from({ length: seconds }, () => rps);
}

function servedOf(stats: readonly PodStats[]): readonly PodStats[] {
  return stats.filter(({ served }) => served > 0);
}
