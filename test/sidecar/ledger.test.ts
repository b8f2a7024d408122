import test from 'ava';
import fc from 'fast-check';
import { feed, madeUp } from './made-up-dialect.ts';

const INF = Number.POSITIVE_INFINITY;
const bucketed = (counts: Record<string, number>, labels = '') =>
  Object.entries(counts)
    .map(([le, count]) => `took_bucket{${labels}le="${le}"} ${count}`)
    .join('\n');

test('the first scrape adds nothing: when those requests came is not known', (t) => {
  const enter = feed();
  t.deepEqual(enter('alive 1\ncame_total 100\nbusy{w="1"} 2\nbusy{w="2"} 3\nwaiting 7'), {
    arrivals: 0,
    succeeded: 0,
    failed: 0,
    lost: 0,
    latency: [],
    inflight: 5,
    queued: 7,
  });
});

test('each counter adds what it grew by, by role', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 100\nwent_total{bad="no"} 90\nwent_total{bad="yes"} 9\nlost_total 0');
  const added = enter(
    'alive 1\ncame_total 110\nwent_total{bad="no"} 95\nwent_total{bad="yes"} 12\nlost_total 1',
  );
  t.like(added, { arrivals: 10, succeeded: 5, failed: 3, lost: 1, inflight: Number.NaN });
});

test('a counter is read with and without _total', (t) => {
  const enter = feed();
  enter('alive 1\ncame 100');
  t.is(enter('alive 1\ncame 104')?.arrivals, 4);
});

test('a series that appears later counts from 0', (t) => {
  const enter = feed();
  enter('alive 1');
  t.is(enter('alive 1\ncame_total{a="new"} 7')?.arrivals, 7);
});

test('a counter that fell was reset, and counts from 0', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total{a="x"} 100\ncame_total{a="y"} 100');
  t.is(enter('alive 1\ncame_total{a="x"} 4\ncame_total{a="y"} 101')?.arrivals, 5);
});

test('after a restart every counter counts from 0, even one that is higher already', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 100\nborn_seconds 1000.2');
  t.is(
    enter('alive 1\ncame_total 101\nborn_seconds 1000.3')?.arrivals,
    1,
    'a clock read again is no restart',
  );
  t.is(enter('alive 1\nborn_seconds 1500\ncame_total 130')?.arrivals, 130);
  t.is(enter('alive 1\nborn_seconds 1500\ncame_total 131')?.arrivals, 1);
});

test('an uptime that falls is a restart', (t) => {
  const enter = feed({ ...madeUp, restart: { sample: 'up', tells: 'uptime' } });
  enter('alive 1\ncame_total 10\nup 50');
  t.is(enter('alive 1\ncame_total 11\nup 55')?.arrivals, 1);
  t.is(enter('alive 1\ncame_total 12\nup 3')?.arrivals, 12);
});

test('idle eviction: a series that vanished idle adds nothing, and counts from 0 when it is back', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 30');
  enter('alive 1\ncame_total 30', 600_000);
  t.is(enter('alive 1')?.arrivals, 0);
  t.is(enter('alive 1\ncame_total 36')?.arrivals, 36);
});

test('a hole in the body: a series that vanished while it moved goes on, and makes no spike', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total{a="x"} 100000\ncame_total{a="y"} 5');
  enter('alive 1\ncame_total{a="x"} 100050\ncame_total{a="y"} 6');
  t.is(enter('alive 1\ncame_total{a="y"} 9')?.arrivals, 3);
  t.is(enter('alive 1\ncame_total{a="x"} 100150\ncame_total{a="y"} 9')?.arrivals, 100);
});

test('a body in which all that moved is gone does not say that nothing came in', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 100000');
  enter('alive 1\ncame_total 100050');
  t.is(enter('alive 1'), undefined);
  t.is(enter('alive 1\ncame_total 100150')?.arrivals, 100);
});

test('what was taken away for good while it moved is not waited for for ever', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 100000');
  enter('alive 1\ncame_total 100050');
  t.is(enter('alive 1', 599_000), undefined);
  t.is(enter('alive 1', 1_000)?.arrivals, 0);
});

test('a first body that cannot be read is no baseline: the next one is', (t) => {
  const enter = feed();
  t.is(enter('alive 1\ncame_total NaN'), undefined);
  t.is(enter('alive 1\ncame_total 100')?.arrivals, 0);
  t.is(enter('alive 1\ncame_total 104')?.arrivals, 4);
});

test('a restarted proxy that nobody has called yet is one without requests', (t) => {
  const enter = feed();
  enter('alive 1\nborn_seconds 1000\ncame_total 100');
  enter('alive 1\nborn_seconds 1000\ncame_total 150');
  t.is(enter('alive 1\nborn_seconds 2000')?.arrivals, 0);
  t.is(enter('alive 1\nborn_seconds 2000\ncame_total 3')?.arrivals, 3);
});

test('a hole that a reset fell into counts from 0', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 100000');
  enter('alive 1\ncame_total 100050');
  enter('alive 1');
  t.is(enter('alive 1\ncame_total 20')?.arrivals, 20);
});

test("without the proxy's part of a merged body nothing is known, and nothing is lost", (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 100');
  t.is(enter('application_things 5'), undefined);
  t.is(enter('alive 1\ncame_total 107', 600_000)?.arrivals, 7);
});

test('a count that is NaN, infinite or negative is neither zero nor a reset: the body is not read', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 100\nbusy 4');
  for (const value of ['NaN', '+Inf', '-5']) {
    t.is(enter(`alive 1\ncame_total ${value}`), undefined);
    t.is(enter(`alive 1\ncame_total 100\nbusy ${value}`)?.arrivals, 0);
  }
  t.is(enter('alive 1\ncame_total 103')?.arrivals, 3);
});

test('a series that a concatenated body holds twice counts once', (t) => {
  const enter = feed();
  enter('alive 1\ncame_total 1\ncame_total 1');
  t.is(enter('alive 1\ncame_total 5\ncame_total 5')?.arrivals, 4);
});

test('a selection leaves out series with another value, and keeps those without the label', (t) => {
  const enter = feed(madeUp, new Map([['port', '80']]));
  enter('alive 1');
  t.is(enter('alive 1\ncame_total{port="80"} 1\ncame_total{port="81"} 10\ncame_total 100')?.arrivals, 101);
});

test('buckets in any order, with le as integer or float, first or last, add up by edge in seconds', (t) => {
  const enter = feed();
  enter('alive 1');
  const added = enter(
    'alive 1\ntook_bucket{le="+Inf",c="1"} 3\ntook_bucket{le="5.0",c="1"} 2\n' +
      'took_bucket{c="2",le="5"} 10\ntook_bucket{c="2",le="+Inf"} 20',
  );
  t.deepEqual(added?.latency, [{ edgesSeconds: [0.005, INF], cumulative: [12, 23] }]);
});

test('a histogram resets as a whole, though some of its buckets are higher than before', (t) => {
  const enter = feed();
  enter(`alive 1\n${bucketed({ 1: 0, 5: 10, '+Inf': 100 })}`);
  const added = enter(`alive 1\n${bucketed({ 1: 5, 5: 12, '+Inf': 40 })}`);
  t.deepEqual(added?.latency[0]?.cumulative, [5, 12, 40]);
});

test('other bounds than before are another histogram, which counts from 0', (t) => {
  const enter = feed();
  enter(`alive 1\n${bucketed({ 1: 5, '+Inf': 9 })}`);
  t.deepEqual(enter(`alive 1\n${bucketed({ 2: 5, '+Inf': 9 })}`)?.latency, [
    { edgesSeconds: [0.002, INF], cumulative: [5, 9] },
  ]);
  t.deepEqual(enter(`alive 1\n${bucketed({ 2: 5, '+Inf': 10 })}`)?.latency[0]?.cumulative, [0, 1]);
});

test('histograms with different bounds stay apart', (t) => {
  const enter = feed();
  enter('alive 1');
  const added = enter(
    `alive 1\n${bucketed({ 1: 1, '+Inf': 2 }, 'c="1",')}\n${bucketed({ 2: 3, '+Inf': 4 }, 'c="2",')}`,
  );
  t.is(added?.latency.length, 2);
});

test('a histogram without its last bucket is left out until it is whole', (t) => {
  const enter = feed();
  enter(`alive 1\n${bucketed({ 1: 1, '+Inf': 2 })}`);
  t.deepEqual(enter(`alive 1\n${bucketed({ 1: 3 })}`)?.latency, []);
  t.deepEqual(enter(`alive 1\n${bucketed({ 1: 3, '+Inf': 5 })}`)?.latency[0]?.cumulative, [2, 3]);
});

test('buckets that were read while they grew never decrease along the edges', (t) => {
  const enter = feed();
  enter('alive 1');
  t.deepEqual(enter(`alive 1\n${bucketed({ 1: 4, 5: 3, '+Inf': 5 })}`)?.latency[0]?.cumulative, [4, 4, 5]);
});

test('whatever a counter does, nothing is ever taken away, and growth is never overstated', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: -5, max: 1000 })), { minLength: 2, maxLength: 30 }),
      (values) => {
        const enter = feed();
        for (const [i, value] of values.entries()) {
          const added = enter(`alive 1${value === null ? '' : `\ncame_total ${value}`}`)?.arrivals;
          if (added === undefined) t.true(value === null || value < 0, 'only a hole is not read');
          else t.true(added >= 0 && added <= Math.max(0, value ?? 0));
          if (i === 0 && added !== undefined) t.is(added, 0);
        }
      },
    ),
    { numRuns: 200 },
  );
});
