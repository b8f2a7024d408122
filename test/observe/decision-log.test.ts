import test from 'ava';
import { createDecisionLog } from '../../controller/observe/decision-log.ts';
import { createExplainServer } from '../../controller/observe/explain-server.ts';
import { decide } from '../../controller/policy/decide.ts';
import type { Account } from '../../controller/ports.ts';
import { observation, target } from '../policy/observations.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-24T00:00:00Z');
const shop = { namespace: 'shop', kind: 'Deployment', name: 'cart' };

/** A decision `seconds` after midnight, with so many replicas there. */
function account(seconds: number, replicas = 10, name = shop.name): Account {
  const seen = observation({
    workload: { ...shop, name },
    wallMs: START_MS + seconds * 1000,
    target: target(replicas),
  });
  return { observation: seen, decision: decide(seen) };
}

function logOf(accounts: readonly Account[], mostBytes = 1e7) {
  const log = createDecisionLog({ mostBytes });
  for (const one of accounts) log.decided(one);
  return log;
}

const at = (seconds: number) => START_MS + seconds * 1000;

test('at a moment the decision in force is the last before it; beyond the newest, the newest', (t) => {
  const log = logOf([account(0, 10), account(15, 12), account(30, 12)]);
  t.is(log.at(shop, at(14))?.current?.replicas, 10);
  t.is(log.at(shop, at(15))?.current?.replicas, 12);
  t.is(log.at(shop, Number.POSITIVE_INFINITY)?.at, '2026-11-24T00:00:30.000Z');
  t.is(log.at(shop, at(-1)), undefined);
  t.is(log.at({ ...shop, name: 'other' }, at(15)), undefined);
});

test('what changes nothing is kept once a minute, a change always, for a day', (t) => {
  const log = logOf(
    Array.from({ length: 2 * 5760 }, (_, tick) => account(tick * 15, tick === 9_001 ? 11 : 10)),
  );
  t.is(log.at(shop, at(9_001 * 15))?.current?.replicas, 11, 'a change');
  t.is(log.at(shop, at(9_002 * 15))?.current?.replicas, 10, 'and the change back');
  const quiet = log.at(shop, at(10_003 * 15));
  t.true(at(10_003 * 15) - Date.parse(quiet?.at ?? '') < 60_000);
  const keptMs = at(2 * 5760 * 15) - (log.since(shop) ?? 0);
  t.true(keptMs > 23.9 * HOUR_MS && keptMs < 24.1 * HOUR_MS, `${keptMs / HOUR_MS} h`);
});

test('with little room the quiet minutes go first, and the newest decision is always there', (t) => {
  const ticks = Array.from({ length: 2000 }, (_, tick) => account(tick * 15, tick === 100 ? 11 : 10));
  const log = logOf(ticks, 20_000);
  t.is(log.at(shop, at(1500))?.current?.replicas, 11, 'the change is kept, hours of quiet after it are not');
  t.is(log.at(shop, at(1999 * 15))?.at, new Date(at(1999 * 15)).toISOString());
  t.is(logOf(ticks, 1).at(shop, at(1999 * 15))?.at, new Date(at(1999 * 15)).toISOString());
});

test('a workload that is forgotten is gone; a clock that was set back hides nothing', (t) => {
  const log = logOf([account(0), account(3600, 12), account(60, 11), account(120, 11)]);
  t.is(log.at(shop, at(61))?.current?.replicas, 11);
  t.is(log.at(shop, at(3600))?.current?.replicas, 11);
  log.forgotten(shop);
  t.is(log.at(shop, at(61)), undefined);
});

test('the server answers with the decision, with what is kept where there is none, and refuses what it cannot read', async (t) => {
  const log = logOf([account(60)]);
  const server = createExplainServer({ log, leadership: { current: () => ({ leading: true }) } });
  const get = async (query: string) => {
    const { statusCode, body } = await server.inject(`/explain?${query}`);
    return { statusCode, body: JSON.parse(body) };
  };
  const found = await get('workload=shop/Deployment/cart');
  t.is(found.statusCode, 200);
  t.like(found.body, { leading: true, explanation: { workload: shop, hpa: { replicas: 12 } } });
  const early = await get('workload=shop/Deployment/cart&at=2026-11-24T00:00:30Z');
  t.is(early.statusCode, 404);
  t.deepEqual(early.body, { leading: true, since: '2026-11-24T00:01:00.000Z' });
  t.deepEqual((await get('workload=shop/Deployment/none')).body, { leading: true });
  t.is((await get('workload=cart')).statusCode, 400);
  t.is((await get('workload=shop/Deployment/cart&at=noon')).statusCode, 400);
});
