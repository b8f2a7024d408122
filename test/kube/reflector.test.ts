import test, { type ExecutionContext } from 'ava';
import { seededRandom, systemClock } from '../../controller/clock.ts';
import { createConnection } from '../../controller/kube/connection.ts';
import { objectKey } from '../../controller/kube/kube-object.ts';
import { Reflector, type ReflectorTiming } from '../../controller/kube/reflector.ts';
import { answer, eventually, type FakeApi, type SeenRequest, startFakeApi, status } from './fake-api.ts';

const PODS = '/api/v1/pods';
const pod = (name: string, extra: object = {}) => ({ metadata: { namespace: 'default', name }, ...extra });
const isWatch = (request: SeenRequest) => request.query.get('watch') === 'true';
const isList = (request: SeenRequest) => !isWatch(request);
const fast: Partial<ReflectorTiming> = { firstBackOffMs: 5, maxBackOffMs: 20, idleMs: 60_000 };

async function bench(
  t: ExecutionContext,
  timing: Partial<ReflectorTiming> = {},
  prepare: (api: FakeApi) => void = () => undefined,
  metadataOnly = false,
) {
  const api = await startFakeApi();
  prepare(api);
  const connection = createConnection(api.config(), systemClock);
  const changes: string[] = [];
  const reflector = new Reflector<string>({
    connection,
    clock: systemClock,
    random: seededRandom(1),
    path: PODS,
    metadataOnly,
    shape: (object) => `${objectKey(object)} ${JSON.stringify(object.spec ?? '')}`,
    onChange: ({ key, object }) => changes.push(`${object === undefined ? '-' : '+'}${key}`),
    timing: { ...fast, ...timing },
  });
  t.teardown(async () => {
    await reflector.stop();
    connection.close();
    await api.close();
  });
  reflector.start();
  const names = () => [...reflector.cache.values()].map((text) => text.split(' ')[0]).sort();
  const watching = () => eventually('a watch is open', () => api.watchers(PODS) === 1);
  return { api, reflector, changes, names, watching };
}

test('it lists, then follows the watch', async (t) => {
  const { api, reflector, changes, watching } = await bench(t, {}, (api) => api.put(PODS, pod('a')));
  t.is(reflector.staleSeconds(), Number.POSITIVE_INFINITY);
  await watching();
  t.true(reflector.synced());
  t.true(reflector.staleSeconds() < 2);
  api.put(PODS, pod('b'));
  api.put(PODS, pod('a', { spec: 2 }));
  api.remove(PODS, 'default/b');
  await eventually('all is told', () => changes.length === 4);
  t.deepEqual(changes, ['+default/a', '+default/b', '+default/a', '-default/b']);
  t.is(reflector.cache.get('default/a'), 'default/a 2');
});

test('a list of many pages is read to its end', async (t) => {
  const { names, watching } = await bench(t, {}, (api) => {
    api.pageLimit = 2;
    for (const name of ['a', 'b', 'c', 'd', 'e']) api.put(PODS, pod(name));
  });
  await watching();
  t.is(names().length, 5);
});

test('metadata alone is asked for where that is enough', async (t) => {
  const { api, watching } = await bench(t, {}, () => undefined, true);
  await watching();
  t.regex(String(api.seen.find(isList)?.headers.accept), /as=PartialObjectMetadataList/);
  t.regex(String(api.seen.find(isWatch)?.headers.accept), /as=PartialObjectMetadata;/);
});

test('a watch that ends is opened again from where it was, without a list', async (t) => {
  const { api, reflector, names, watching } = await bench(t);
  await watching();
  api.put(PODS, pod('a'));
  await eventually('a', () => names().length === 1);
  api.endWatches(PODS);
  await eventually('a second watch', () => api.count(isWatch) === 2);
  t.is(api.seen.findLast(isWatch)?.query.get('resourceVersion'), '101');
  t.is(reflector.counts.lists, 1);
});

test('bookmarks move the version forward and show that the watch lives', async (t) => {
  const { api, reflector, watching } = await bench(t);
  await watching();
  api.version = 500;
  api.bookmark(PODS);
  await eventually('the bookmark', () => reflector.counts.bookmarks === 1);
  t.is(reflector.cache.version, '500');
});

for (const [name, fault] of [
  ['500', (_: SeenRequest, response) => answer(response, 500, status(500, 'etcd is away'))],
  ['429', (_: SeenRequest, response) => answer(response, 429, {}, { 'retry-after': '0' })],
  ['reset', (_: SeenRequest, response) => response.socket?.resetAndDestroy()],
  [
    'half a body',
    (_: SeenRequest, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"metadata"');
      setTimeout(() => response.socket?.destroy(), 5);
    },
  ],
  ['text', (_: SeenRequest, response) => response.end('<html>a proxy speaks</html>')],
] as [string, (request: SeenRequest, response: import('node:http').ServerResponse) => unknown][]) {
  for (const [verb, matches] of [
    ['list', isList],
    ['watch', isWatch],
  ] as const) {
    test(`${verb} answered by ${name}: it comes back, and misses nothing`, async (t) => {
      const { api, names, watching } = await bench(t, {}, (api) => {
        api.put(PODS, pod('a'));
        api.failNext(3, matches, (request, response) => {
          fault(request, response);
          return true;
        });
      });
      await watching();
      api.put(PODS, pod('b'));
      await eventually('both are seen', () => names().length === 2);
      t.is(api.count(matches), 4);
    });
  }
}

test('Retry-After is waited for', async (t) => {
  const started = performance.now();
  const { watching } = await bench(t, {}, (api) => {
    api.failNext(1, isList, (_, response) => {
      answer(response, 429, status(429, 'slow down'), { 'retry-after': '0.3' });
      return true;
    });
  });
  await watching();
  t.true(performance.now() - started >= 300);
});

test('a server that comes back through 403, 429 and 410 is not waited for at the longest back-off', async (t) => {
  const timing = { firstBackOffMs: 5, maxBackOffMs: 10_000 };
  const started = performance.now();
  const { api, reflector, watching } = await bench(t, timing, (api) => {
    api.failNext(8, isList, (_, response) => {
      response.socket?.resetAndDestroy();
      return true;
    });
    for (const code of [403, 429, 410]) {
      api.failNext(1, isWatch, (_, response) => {
        answer(response, code, status(code, 'not yet'));
        return true;
      });
    }
  });
  await watching();
  // At most 5 + 10 + ... + 640 ms for the eight resets, then from the beginning; went it on from there, at least 2,240 ms more.
  t.true(performance.now() - started < 2800);
  t.is(reflector.counts.lists, 2);
  t.is(api.count(isWatch), 4);
});

test('HTTP 410 on a watch: it lists, and learns of a deletion it was never told of', async (t) => {
  const { api, reflector, names, watching } = await bench(t, {}, (api) => api.put(PODS, pod('a')));
  await watching();
  api.faults.push((request) => isWatch(request) && api.watchers(PODS) > 0);
  api.put(PODS, pod('b'));
  await eventually('b', () => names().length === 2);
  api.faults.length = 0;
  api.failNext(1, isWatch, (_, response) => {
    api.remove(PODS, 'default/a');
    answer(response, 410, status(410, 'too old resource version'));
    return true;
  });
  api.endWatches(PODS);
  await eventually('a is gone', () => names().join() === 'default/b');
  t.is(reflector.counts.expired, 1);
  t.is(reflector.counts.lists, 2);
});

test('a 410 in the stream: it lists', async (t) => {
  const { api, reflector, names, watching } = await bench(t);
  await watching();
  api.putSilently(PODS, pod('missed'));
  api.raw(PODS, JSON.stringify({ type: 'ERROR', object: status(410, 'too old resource version') }));
  await eventually('the missed one', () => names().join() === 'default/missed');
  t.is(reflector.counts.expired, 1);
});

test('an expired page begins the list anew', async (t) => {
  const { names, watching } = await bench(t, {}, (api) => {
    api.pageLimit = 1;
    api.put(PODS, pod('a'));
    api.put(PODS, pod('b'));
    api.failNext(
      1,
      (request) => request.query.has('continue'),
      (_, response) => {
        answer(response, 410, status(410, 'the provided continue parameter is too old'));
        return true;
      },
    );
  });
  await watching();
  t.deepEqual(names(), ['default/a', 'default/b']);
});

test('a watch that is silent beyond its deadline is given up and opened again', async (t) => {
  const { api, reflector, watching } = await bench(t, { idleMs: 60 });
  await watching();
  await eventually('it was reopened', () => api.count(isWatch) >= 2);
  t.true(reflector.counts.failures >= 1);
  t.is(reflector.counts.lists, 1);
});

test('a watch that begins from our version shows that we are level, without any bookmark', async (t) => {
  const { api, reflector, watching } = await bench(t, { firstBackOffMs: 100, maxBackOffMs: 100 });
  await watching();
  api.failNext(3, isWatch, (_, response) => {
    answer(response, 500, {});
    return true;
  });
  api.endWatches(PODS, 'reset');
  await eventually('trouble', () => reflector.counts.failures >= 3);
  t.true(reflector.staleSeconds() > 0.1);
  await watching();
  await eventually('level', () => reflector.staleSeconds() < 0.1);
  t.is(reflector.counts.bookmarks, 0);
  t.is(reflector.counts.lists, 1);
});

test('a garbage line is counted, the stream is opened again, and the event it hid arrives', async (t) => {
  const { api, reflector, names, watching } = await bench(t);
  await watching();
  api.raw(PODS, '{"type":"ADDED","object":{"met');
  await eventually('it is counted', () => reflector.counts.garbage === 1);
  await watching();
  api.put(PODS, pod('after'));
  await eventually('after', () => names().join() === 'default/after');
  t.is(reflector.counts.lists, 1);
});

test('a duplicated or older event of a known object changes nothing', async (t) => {
  const { api, reflector, changes, watching } = await bench(t);
  await watching();
  const old = api.put(PODS, pod('a', { spec: 'old' }));
  const fresh = api.put(PODS, pod('a', { spec: 'new' }));
  await eventually('both', () => changes.length === 2);
  api.raw(PODS, JSON.stringify({ type: 'MODIFIED', object: old }));
  api.raw(PODS, JSON.stringify({ type: 'DELETED', object: old }));
  api.raw(PODS, JSON.stringify({ type: 'MODIFIED', object: fresh }));
  await eventually('they are counted', () => reflector.counts.duplicates === 3);
  t.is(reflector.cache.get('default/a'), 'default/a "new"');
  t.is(changes.length, 2);
});

test('events out of order end in the same state', async (t) => {
  const { api, reflector, names, watching } = await bench(t, {}, (api) =>
    api.put(PODS, pod('a', { spec: 1 })),
  );
  await watching();
  const at = (name: string, version: number, spec: unknown) =>
    JSON.stringify({
      type: 'MODIFIED',
      object: { ...pod(name, { spec }), metadata: { ...pod(name).metadata, resourceVersion: `${version}` } },
    });
  api.putSilently(PODS, pod('a', { spec: 2 }));
  api.putSilently(PODS, pod('b'));
  api.raw(PODS, at('b', 103, undefined));
  api.raw(PODS, at('a', 102, 2));
  await eventually('a is at 2', () => reflector.cache.get('default/a') === 'default/a 2');
  t.deepEqual(names(), ['default/a', 'default/b']);
  t.is(reflector.cache.version, '103', 'the version does not go back');
});

test('an older event about an unknown object is settled by a list', async (t) => {
  const { api, reflector, names, watching } = await bench(t, {}, (api) => api.put(PODS, pod('a')));
  await watching();
  const ghost = { ...pod('ghost'), metadata: { ...pod('ghost').metadata, resourceVersion: '90' } };
  api.raw(PODS, JSON.stringify({ type: 'ADDED', object: ghost }));
  await eventually('it listed', () => reflector.counts.lists === 2);
  t.deepEqual(names(), ['default/a']);
});

test('a list older than what was seen is refused, and the cache goes stale rather than back', async (t) => {
  const { api, reflector, names, watching } = await bench(t, {}, (api) => api.put(PODS, pod('a')));
  await watching();
  api.version = 50;
  api.raw(PODS, JSON.stringify({ type: 'ERROR', object: status(410, 'gone') }));
  await eventually('it is refused', () => reflector.counts.regressions >= 2);
  t.deepEqual(names(), ['default/a']);
  t.is(reflector.cache.version, '101');
  api.version = 200;
  await eventually('a newer one is taken', () => reflector.counts.lists === 2);
});

test('a list that stays older for long is a restored etcd, and is believed', async (t) => {
  const { api, reflector, names, watching } = await bench(t, { restoreAfterMs: 60 }, (api) =>
    api.put(PODS, pod('a')),
  );
  await watching();
  api.remove(PODS, 'default/a');
  await eventually('a is gone', () => names().length === 0);
  api.restore(40);
  api.raw(PODS, JSON.stringify({ type: 'ERROR', object: status(410, 'gone') }));
  await eventually('it is believed', () => reflector.counts.lists === 2);
  t.is(reflector.cache.version, '40');
});

test('everything is listed anew now and then, so a lost event is not lost for ever', async (t) => {
  const { api, reflector, names, watching } = await bench(t, { relistMs: 50 });
  await watching();
  api.putSilently(PODS, pod('lost'));
  await eventually('it is found', () => {
    api.endWatches(PODS);
    return names().join() === 'default/lost';
  });
  t.true(reflector.counts.lists >= 2);
});

test('a server that ends every watch at once is not stormed', async (t) => {
  const beganMs = performance.now();
  const { api } = await bench(t, { firstBackOffMs: 40, maxBackOffMs: 40 }, (api) => {
    api.failNext(1e6, isWatch, (_, response) => {
      response.writeHead(200).end();
      return true;
    });
  });
  await eventually('it goes on asking', () => api.count(isWatch) >= 6);
  const apartMs = (performance.now() - beganMs) / (api.count(isWatch) - 1);
  // A busy machine makes them later, never sooner.
  t.true(apartMs >= 19, `${apartMs.toFixed(0)} ms apart, of 20 to 40`);
});

for (const [name, fault] of [
  [
    'during back-off',
    (_: SeenRequest, response: import('node:http').ServerResponse) => {
      answer(response, 500, {});
      return true;
    },
  ],
  ['while the server says nothing', () => true],
] as const) {
  test(`it stops at once ${name}`, async (t) => {
    const { api, reflector, changes } = await bench(
      t,
      { firstBackOffMs: 60_000, maxBackOffMs: 60_000 },
      (api) => api.faults.push(fault),
    );
    await eventually('it asked', () => api.seen.length >= 1);
    await reflector.stop();
    t.is(changes.length, 0);
  });
}

test('it stops at once during a watch, and tells nothing after', async (t) => {
  const { api, reflector, changes, watching } = await bench(t);
  await watching();
  await reflector.stop();
  api.put(PODS, pod('late'));
  await eventually('the watch is closed', () => api.watchers(PODS) === 0);
  t.deepEqual(changes, []);
});
