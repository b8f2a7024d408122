import test from 'ava';
import fc from 'fast-check';
import { bucketCounts, POD_RPS, type Served, serve, sojournQuantile } from '../../bench/replay/latency.ts';

const TICK = 15;
const atUtilisation = (u: number, backlog = 0): Served =>
  serve(Math.round(u * POD_RPS * TICK), backlog, TICK);

const p99 = test.macro({
  exec(t, utilisation: number, expectedMs: number) {
    t.true(
      Math.abs(sojournQuantile(atUtilisation(utilisation), 0.99) * 1000 - expectedMs) < expectedMs * 0.01,
    );
  },
  title: (_, utilisation: number, expectedMs: number) =>
    `P99 is ${expectedMs} ms at utilisation ${utilisation}`,
});

test(p99, 0.5, 39.6);
test(p99, 0.7, 74);
test(p99, 0.9, 250);

test('an idle pod answers in the bare service time', (t) => {
  const served = serve(0, 0, TICK);
  t.is(served.errors, 0);
  t.true(Math.abs(sojournQuantile(served, 0.99) - 0.0147) < 0.0005);
});

test('overload leaves a backlog that delays the next tick and drains when there is room', (t) => {
  const over = atUtilisation(1.2);
  t.is(over.errors, 0);
  t.true(Math.abs(over.backlog - 0.2 * POD_RPS * TICK) < 1);
  const after = atUtilisation(0.5, over.backlog);
  t.is(after.backlog, 0);
  t.true(sojournQuantile(after, 0.99) > 1, 'still waiting for what was left over');
  t.true(sojournQuantile(atUtilisation(0.5, after.backlog), 0.99) < 0.1, 'and then no more');
});

test('what would wait longer than clients do fails, and no more than that', (t) => {
  let backlog = 0;
  let errors = 0;
  for (let tick = 0; tick < 20; tick++) {
    const served = atUtilisation(1.5, backlog);
    backlog = served.backlog;
    errors = served.errors;
  }
  t.true(Math.abs(backlog - 10 * POD_RPS) < 1, 'ten seconds of work wait');
  t.true(Math.abs(errors - 0.5 * POD_RPS * TICK) <= 2, 'the excess fails');
});

test('property: latency never falls as load rises, and buckets hold each request once', (t) => {
  const bounds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 5];
  fc.assert(
    fc.property(
      fc.nat(8_000),
      fc.nat(8_000),
      fc.double({ min: 0, max: 2000, noNaN: true }),
      (a, b, backlog) => {
        const [less, more] = [serve(Math.min(a, b), backlog, TICK), serve(Math.max(a, b), backlog, TICK)];
        const counts = bucketCounts(more, bounds);
        return (
          sojournQuantile(less, 0.99) <= sojournQuantile(more, 0.99) + 1e-9 &&
          counts.every((count) => count >= 0 && Number.isInteger(count)) &&
          counts.reduce((sum, count) => sum + count, 0) === more.requests &&
          more.errors <= more.requests
        );
      },
    ),
  );
  t.pass();
});

test('the bucket of the objective holds P99 exactly up to utilisation 0.9', (t) => {
  const upTo = (u: number) => {
    const served = atUtilisation(u);
    return (bucketCounts(served, [0.25])[0] ?? 0) / served.requests;
  };
  t.true(upTo(0.89) > 0.99);
  t.true(upTo(0.91) < 0.99);
});
