import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { KubeMeter } from '../../controller/kube/meter.ts';
import type { MeterWish } from '../../controller/ports.ts';
import { RecordingConnection, settle } from './recording-connection.ts';

const POD = {
  metadata: { name: 'web-1', namespace: 'shop' },
  timestamp: '2027-01-15T08:00:00Z',
  window: '1m2.5s',
  containers: [{ name: 'app', usage: { cpu: '251734062n', memory: '52740Ki' } }],
};
const wish: MeterWish = { namespaces: ['shop'], externals: [] };
const lag: MeterWish = { namespaces: [], externals: [{ namespace: 'shop', metric: 'queue' }] };

/** Answers one read after the other, `undefined` as a server that cannot be reached. */
function meterOf(...bodies: readonly (object | undefined)[]) {
  const connection = new RecordingConnection();
  const left = [...bodies];
  connection.answer = () => {
    const body = left.shift();
    if (body === undefined) return undefined;
    return 'status' in body ? { status: Number(body.status), body } : { status: 200, body };
  };
  const meter = new KubeMeter({ connection, clock: new VirtualClock(0) });
  const read = (wanted: MeterWish) => {
    meter.refresh(wanted);
    return settle();
  };
  return { meter, read, paths: () => connection.calls.map(({ path }) => path) };
}

test('pods of a namespace are read in one list, cores and bytes by container', async (t) => {
  const { meter, paths, read } = meterOf({ items: [POD] });
  t.is(meter.usages('shop'), undefined);
  await read(wish);
  t.deepEqual(paths(), ['/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods']);
  t.deepEqual(meter.usages('shop')?.pods.get('web-1'), {
    atMs: Date.parse('2027-01-15T08:00:00Z'),
    windowSeconds: 62.5,
    containers: [{ name: 'app', cores: 0.251734062, bytes: 52740 * 1024 }],
  });
});

test('a pod with a figure that is none is not known', async (t) => {
  const spoiled = { ...POD, containers: [{ name: 'app', usage: { cpu: 'many', memory: '1Ki' } }] };
  const { meter, read } = meterOf({ items: [spoiled, { metadata: {} }, null, { ...POD, timestamp: 'now' }] });
  await read(wish);
  t.is(meter.usages('shop')?.pods.size, 0);
});

test('an API that is not installed is a fault in words; what was read before stands', async (t) => {
  const gone = { status: 404 };
  const { meter, read } = meterOf({ items: [POD] }, gone, undefined);
  await read(wish);
  await read(wish);
  t.is(meter.usages('shop')?.pods.size, 1);
  t.regex(meter.usages('shop')?.fault ?? '', /answered 404.*metrics-server installed/);
  await read(wish);
  t.regex(meter.usages('shop')?.fault ?? '', /nobody there/);
});

test('what no scaler wants any more is forgotten and not asked for', async (t) => {
  const { meter, paths, read } = meterOf({ items: [POD] });
  await read(wish);
  await read({ namespaces: [], externals: [] });
  t.is(meter.usages('shop'), undefined);
  t.is(paths().length, 1);
});

test('an external metric is the sum of its values; without one it has a fault', async (t) => {
  const { meter, paths, read } = meterOf({ items: [{ value: '1500m' }, { value: '2' }] }, { items: [] });
  await read(lag);
  t.deepEqual(paths(), ['/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/queue']);
  t.like(meter.external('shop', 'queue'), { value: 3.5 });
  const empty = meterOf({ items: [] });
  await empty.read(lag);
  t.deepEqual(empty.meter.external('shop', 'queue'), {
    fault: 'external.metrics.k8s.io does not give queue: it has no value',
  });
});
