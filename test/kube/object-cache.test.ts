import test from 'ava';
import fc from 'fast-check';
import type { KubeObject } from '../../controller/kube/kube-object.ts';
import { type Change, ObjectCache } from '../../controller/kube/object-cache.ts';
import { compareVersions } from '../../controller/kube/resource-version.ts';

const object = (name: string, version: number): KubeObject => ({
  metadata: { namespace: 'default', name, uid: `${name}-1`, resourceVersion: String(version) },
});

function bench() {
  const changes: Change<number>[] = [];
  const shape = ({ metadata }: KubeObject) => Number(metadata.resourceVersion);
  const cache = new ObjectCache<number>(shape, (change) => changes.push(change));
  const list = (objects: readonly KubeObject[], version: string) =>
    cache.replace(
      objects.map((one) => cache.keep(one)),
      version,
    );
  return { cache, changes, list, kept: () => [...cache.values()].sort((a, b) => a - b) };
}

for (const [a, b, expected] of [
  ['9', '10', -1],
  ['10', '9', 1],
  ['7', '7', 0],
  ['18446744073709551615', '9223372036854775807', 1],
  ['007', '7', undefined],
  ['x', '7', undefined],
  ['', '7', undefined],
] as const) {
  test(`version ${a || '(none)'} beside ${b}: ${expected}`, (t) => {
    const order = compareVersions(a, b);
    t.is(order === undefined ? undefined : Math.sign(order), expected);
  });
}

test('a list tells only what differs: new, changed and gone', (t) => {
  const { changes, list } = bench();
  list([object('a', 1), object('b', 2), object('c', 3)], '3');
  changes.length = 0;
  list([object('a', 1), object('b', 5)], '6');
  t.deepEqual(changes, [
    { key: 'default/c', object: undefined, previous: 3 },
    { key: 'default/b', object: 5, previous: 2 },
  ]);
});

test('versions that are no numbers are taken as they come', (t) => {
  const { cache, list } = bench();
  const opaque = (version: string): KubeObject => ({
    metadata: { ...object('a', 0).metadata, resourceVersion: version },
  });
  list([opaque('x')], 'x');
  t.is(cache.apply('set', opaque('w')), 'applied');
  t.is(cache.version, 'w');
});

interface Happening {
  readonly name: string;
  readonly gone: boolean;
}

/** The history of a small world: each happening gets the next version. */
function historyOf(happenings: readonly Happening[]) {
  const world = new Map<string, number>();
  const events = happenings.flatMap(({ name, gone }, n) => {
    const version = n + 10;
    if (gone && !world.has(name)) return [];
    if (gone) world.delete(name);
    else world.set(name, version);
    return [{ kind: gone ? ('delete' as const) : ('set' as const), object: object(name, version) }];
  });
  return { world, events };
}

/** The same events as a bad network tells them. */
function disturbed<T>(events: readonly T[], faults: readonly string[]): T[] {
  const sent = [...events];
  for (const [n, fault] of faults.entries()) {
    const [one, next] = sent.slice(n, n + 2);
    if (one && fault === 'repeat') sent.splice(n, 0, one);
    if (one && next && fault === 'swap') sent.splice(n, 2, next, one);
    if (fault === 'lose') sent.splice(n, 1);
  }
  return sent;
}

test('whatever is repeated, swapped with its neighbour or lost: the cache never goes back, and a list makes it right', (t) => {
  const happening = fc.record({ name: fc.constantFrom('a', 'b', 'c'), gone: fc.boolean() });
  const fault = fc.constantFrom('none', 'repeat', 'swap', 'lose');
  fc.assert(
    fc.property(fc.array(fc.tuple(happening, fault), { maxLength: 30 }), (steps) => {
      const { world, events } = historyOf(steps.map(([one]) => one));
      const { cache, kept, list } = bench();
      cache.replace([], '9');
      const sent = disturbed(
        events,
        steps.map(([, what]) => what),
      );
      let version = 9;
      const newest = new Map<string, number>();
      for (const { kind, object: told } of sent) {
        cache.apply(kind, told);
        t.true(Number(cache.version) >= version);
        version = Number(cache.version);
        const key = `default/${told.metadata.name}`;
        const held = cache.get(key);
        if (held !== undefined) t.true(held >= (newest.get(key) ?? 0), 'an object does not go back');
        if (held !== undefined) newest.set(key, held);
      }
      list(
        [...world].map(([name, at]) => object(name, at)),
        '99',
      );
      t.deepEqual(
        kept(),
        [...world.values()].sort((a, b) => a - b),
      );
    }),
    { numRuns: 500 },
  );
});

test('without faults the events alone give the world as it is', (t) => {
  const happening = fc.record({ name: fc.constantFrom('a', 'b', 'c'), gone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const { world, events } = historyOf(happenings);
      const { cache, kept } = bench();
      cache.replace([], '9');
      for (const { kind, object: told } of events) t.is(cache.apply(kind, told), 'applied');
      t.deepEqual(
        kept(),
        [...world.values()].sort((a, b) => a - b),
      );
    }),
  );
});
