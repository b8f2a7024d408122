import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { IdentityCache, type IdentityCacheOptions } from '../../controller/ingest/identity-cache.ts';
import { tokenExpiryMs } from '../../controller/ingest/token-expiry.ts';
import { FakeIdentifier, podIdentity } from './harness.ts';
import { NOW_MS } from './oracle/export.ts';

function createCache(options: Partial<IdentityCacheOptions> = {}) {
  const identifier = new FakeIdentifier();
  const clock = new VirtualClock(NOW_MS);
  return { identifier, clock, cache: new IdentityCache({ identifier, clock, ...options }) };
}

const expiringAt = (unixMs: number): string => {
  const payload = Buffer.from(JSON.stringify({ exp: unixMs / 1000 })).toString('base64url');
  return `e30.${payload}.c2ln`;
};

test('a pod is looked up once a minute', async (t) => {
  const { cache, identifier, clock } = createCache();
  t.deepEqual(await cache.identify('shop-token'), podIdentity('1'));
  clock.advance(59_999);
  t.deepEqual(await cache.identify('shop-token'), podIdentity('1'));
  t.is(identifier.asked.length, 1);
  clock.advance(1);
  await cache.identify('shop-token');
  t.is(identifier.asked.length, 2);
  t.deepEqual(cache.stats(), { hits: 1, lookups: 2, coalesced: 0, unavailable: 0 });
});

test('a refusal stands for ten seconds, and gives way to a pod that became known', async (t) => {
  const { cache, identifier, clock } = createCache();
  t.is((await cache.identify('late')).kind, 'refused');
  identifier.answers.set('late', podIdentity('9'));
  clock.advance(9_999);
  t.is((await cache.identify('late')).kind, 'refused');
  t.is(identifier.asked.length, 1);
  clock.advance(1);
  t.is((await cache.identify('late')).kind, 'pod');
});

test('a token that was good and is not any more is refused from the cache too', async (t) => {
  const { cache, identifier, clock } = createCache();
  await cache.identify('shop-token');
  clock.advance(60_000);
  identifier.answers.delete('shop-token');
  t.is((await cache.identify('shop-token')).kind, 'refused');
  t.is((await cache.identify('shop-token')).kind, 'refused');
  t.is(identifier.asked.length, 2);
});

test('no pod is believed beyond the end of its token', async (t) => {
  const { cache, identifier, clock } = createCache();
  const token = expiringAt(NOW_MS + 5_000);
  identifier.answers.set(token, podIdentity('1'));
  await cache.identify(token);
  clock.advance(4_999);
  await cache.identify(token);
  t.is(identifier.asked.length, 1);
  clock.advance(1);
  await cache.identify(token);
  t.is(identifier.asked.length, 2);
});

test('look-ups of one token at the same time are one look-up', async (t) => {
  const { cache, identifier } = createCache();
  const { promise, resolve } = Promise.withResolvers<void>();
  identifier.hold = promise;
  const waiting = [1, 2, 3].map(() => cache.identify('shop-token'));
  resolve();
  t.deepEqual(await Promise.all(waiting), [podIdentity('1'), podIdentity('1'), podIdentity('1')]);
  t.deepEqual(cache.stats(), { hits: 0, lookups: 1, coalesced: 2, unavailable: 0 });
});

test('that the API server could not be asked is not remembered', async (t) => {
  const { cache, identifier } = createCache();
  identifier.answers.set('shop-token', { kind: 'unavailable', message: 'down' });
  t.is((await cache.identify('shop-token')).kind, 'unavailable');
  identifier.answers.set('shop-token', podIdentity('1'));
  t.is((await cache.identify('shop-token')).kind, 'pod');
});

test('a pod that is known goes on while the API server is down', async (t) => {
  const { cache, identifier, clock } = createCache();
  await cache.identify('shop-token');
  identifier.answers.set('shop-token', { kind: 'unavailable', message: 'down' });
  clock.advance(30_000);
  t.is((await cache.identify('shop-token')).kind, 'pod');
});

test('a look-up that throws says nothing about the token', async (t) => {
  const clock = new VirtualClock(NOW_MS);
  const identifier = { identify: () => Promise.reject(new Error('socket hang up')) };
  const cache = new IdentityCache({ identifier, clock });
  t.deepEqual(await cache.identify('x'), { kind: 'unavailable', message: 'socket hang up' });
});

test('a look-up that hangs ends after its time-out', async (t) => {
  const { cache, identifier, clock } = createCache();
  identifier.hold = new Promise(() => undefined);
  const waiting = cache.identify('shop-token');
  clock.advance(5_000);
  t.deepEqual(await waiting, { kind: 'unavailable', message: 'no answer within 5 s' });
  identifier.hold = undefined;
  t.is((await cache.identify('shop-token')).kind, 'pod');
});

test('a flood of unknown tokens costs a bounded number of look-ups at once', async (t) => {
  const { cache, identifier } = createCache({ maxLookups: 3 });
  const { promise, resolve } = Promise.withResolvers<void>();
  identifier.hold = promise;
  const waiting = Array.from({ length: 10 }, (_, index) => cache.identify(`token-${index}`));
  resolve();
  const kinds = (await Promise.all(waiting)).map(({ kind }) => kind);
  t.is(kinds.filter((kind) => kind === 'refused').length, 3);
  t.is(kinds.filter((kind) => kind === 'unavailable').length, 7);
  t.is(identifier.asked.length, 3);
});

test('a flood of refused tokens does not push known pods out', async (t) => {
  const { cache, identifier } = createCache({ maxEntries: 5 });
  await cache.identify('shop-token');
  for (let index = 0; index < 50; index += 1) await cache.identify(`bad-${index}`);
  await cache.identify('shop-token');
  t.is(identifier.asked.filter((token) => token === 'shop-token').length, 1);
});

test('the pod used least recently is the one that goes when there are too many', async (t) => {
  const { cache, identifier } = createCache({ maxEntries: 2 });
  for (const number of ['1', '2', '3']) identifier.answers.set(`token-${number}`, podIdentity(number));
  for (const number of ['1', '2', '1', '3', '1', '2']) await cache.identify(`token-${number}`);
  t.deepEqual(identifier.asked, ['token-1', 'token-2', 'token-3', 'token-2']);
});

test('a forgotten pod is reviewed anew, and only that one', async (t) => {
  const { cache, identifier } = createCache();
  identifier.answers.set('other', podIdentity('2'));
  await cache.identify('shop-token');
  await cache.identify('other');
  identifier.answers.delete('shop-token');
  cache.forget('uid-1');
  t.is((await cache.identify('shop-token')).kind, 'refused');
  await cache.identify('other');
  t.deepEqual(identifier.asked, ['shop-token', 'other', 'shop-token']);
});

test('an answer that was asked for before a pod was forgotten is not kept', async (t) => {
  const { cache, identifier } = createCache();
  const { promise, resolve } = Promise.withResolvers<void>();
  identifier.hold = promise;
  const waiting = cache.identify('shop-token');
  cache.forget('uid-1');
  resolve();
  await waiting;
  await cache.identify('shop-token');
  t.is(identifier.asked.length, 2);
});

const expiries: Record<string, [string, number]> = {
  'that says when it ends': [expiringAt(NOW_MS), NOW_MS],
  'that is no JWT': ['shop-token', Number.POSITIVE_INFINITY],
  'without a number': [
    `a.${Buffer.from('{"exp":"soon"}').toString('base64url')}.c`,
    Number.POSITIVE_INFINITY,
  ],
  'of broken JSON': [`a.${Buffer.from('{').toString('base64url')}.c`, Number.POSITIVE_INFINITY],
  'that is null': [`a.${Buffer.from('null').toString('base64url')}.c`, Number.POSITIVE_INFINITY],
};
for (const [name, [token, expected]] of Object.entries(expiries)) {
  test(`the end of a token ${name}`, (t) => t.is(tokenExpiryMs(token), expected));
}
