import test from 'ava';
import { type SignalSpec, signalName } from '../controller/api/signals-block.ts';
import { VirtualClock } from '../controller/clock.ts';
import type { Dossier } from '../controller/dossier.ts';
import { meterWish, ownMetricsOf, samplesOf } from '../controller/meter-wish.ts';
import type { Cluster } from '../controller/ports.ts';
import { WorkloadSeries } from '../controller/series/workload-series.ts';
import { signalReadings } from '../controller/signal-readings.ts';
import { spec } from './policy/observations.ts';
import { at, counter, feed, gauge, report } from './series/reports.ts';

const scaler = (signals: readonly object[], namespace = 'shop') => ({
  ...{ namespace, name: 'cart', uid: '1', generation: 1, resourceVersion: '1' },
  spec: spec({ signals }),
});
const inFlight = { type: 'InFlight', averageValue: 20 };
const depth = { type: 'Otlp', averageValue: 5, metric: 'queue.depth' };

function read(series: WorkloadSeries, signals: readonly object[], second: number) {
  return signalReadings(spec({ signals }), {
    ...{ series, namespace: 'shop', pods: () => [], trails: new Map(), wallMs: at(second) },
  });
}

/** Three of four pods say how much they have in flight; all four count requests. */
function heard(): WorkloadSeries {
  const series = new WorkloadSeries();
  for (const pod of ['a', 'b', 'c', 'd']) feed(series, pod, 10, 0, 30);
  for (const [pod, value] of [
    ['a', 20],
    ['b', 30],
    ['c', 25],
  ] as const)
    series.accept(
      report(pod, [gauge(at(20), value), { ...gauge(at(25), value), signal: 'otlp queue.depth' }]),
    );
  series.accept(report('d', [counter(at(31), 1310)]));
  series.close(at(33), ['a', 'b', 'c', 'd']);
  return series;
}

test('the example: a silent pod counts nothing at the least and the target at the most', (t) => {
  t.like(read(heard(), [inFlight], 33)?.[0], {
    ...{ name: 'InFlight', atLeast: 75, atMost: 95, perReplica: 20, podsReporting: 3, podsExpected: 4 },
    ...{ ageSeconds: 3, usual: 75 },
  });
  t.like(read(heard(), [depth], 33)?.[0], { name: 'Otlp queue.depth', atLeast: 75, atMost: 80 });
});

test('a gauge that stops is as old as its last step, and never zero', (t) => {
  const series = heard();
  for (const pod of ['a', 'b', 'c', 'd']) feed(series, pod, 10, 35, 90);
  series.close(at(92), ['a', 'b', 'c', 'd']);
  t.like(read(series, [inFlight], 92)?.[0], { atLeast: 75, ageSeconds: 62 });
});

test('what was never heard has a fault that says where to look', (t) => {
  const quiet = new WorkloadSeries();
  const all = [
    inFlight,
    depth,
    { type: 'CPU', averageUtilization: 70 },
    { type: 'External', metric: 'lag', averageValue: 1 },
  ];
  for (const reading of read(quiet, all, 0) ?? []) {
    t.not(reading.fault, undefined, reading.name);
    t.is(reading.atLeast, Number.NaN);
  }
});

test('without another signal than the request rate there is nothing to read', (t) => {
  t.is(read(heard(), [{ type: 'RequestRate' }], 33), undefined);
});

test('only what a spec names is read from the outside', (t) => {
  t.deepEqual(meterWish([scaler([inFlight, depth])]), { namespaces: [], externals: [] });
  const lag = { type: 'External', metric: 'lag', averageValue: 1 };
  const cpu = { type: 'CPU', averageUtilization: 70 };
  t.deepEqual(meterWish([scaler([cpu, lag]), scaler([cpu], 'bank'), scaler([lag])]), {
    namespaces: ['shop', 'bank'],
    externals: [{ namespace: 'shop', metric: 'lag' }],
  });
  t.deepEqual([...ownMetricsOf(scaler([inFlight, depth]))], ['queue.depth']);
  t.deepEqual([...ownMetricsOf(undefined)], []);
});

test('what pods use is learned where it is asked for, of pods that are Ready only', (t) => {
  const containers = [{ name: 'app', cores: 0.2, bytes: 1e8 }];
  const usage = { atMs: at(20), windowSeconds: 15, containers };
  const pods = [
    { uid: 'a', name: 'a', ready: true, terminating: false, createdMs: 0 },
    { uid: 'b', name: 'b', ready: false, terminating: false, createdMs: 0 },
  ];
  const usages = {
    pods: new Map([
      ['a', usage],
      ['b', usage],
    ]),
  };
  const parts = {
    ...{ clock: new VirtualClock(at(30)), stepSeconds: 15 },
    cluster: { pods: () => pods } as unknown as Cluster,
    meter: { refresh: () => {}, usages: () => usages, external: () => undefined },
  };
  const dossier = { workload: { namespace: 'shop', kind: 'Deployment', name: 'cart' } } as Dossier;
  const asking = scaler([inFlight]);
  t.deepEqual(samplesOf(asking, dossier, parts), []);
  const recommending = { ...asking, spec: { ...asking.spec, resources: { recommend: true } } };
  t.deepEqual(samplesOf(recommending, dossier, parts), [{ ...containers[0], atMs: at(20) } as never]);
  t.deepEqual(meterWish([recommending]).namespaces, ['shop']);
});

test('names are what people read, and unique', (t) => {
  const names = [inFlight, depth, { type: 'CPU', averageUtilization: 1, container: 'app' }];
  t.deepEqual(
    names.map((signal) => signalName(signal as SignalSpec)),
    ['InFlight', 'Otlp queue.depth', 'CPU app'],
  );
});
