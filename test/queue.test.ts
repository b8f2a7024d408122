import test from 'ava';
import fc from 'fast-check';
import { seededRandom, VirtualClock } from '../controller/clock.ts';
import { createQueue, type Queue } from '../controller/queue.ts';

/** Lets every promise that is due settle; the queue does no I/O, so a few turns are enough. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

function bench(handle: (key: string) => Promise<{ againMs?: number } | undefined>, concurrency = 1) {
  const clock = new VirtualClock(0);
  const failures: string[] = [];
  const queue: Queue = createQueue({
    clock,
    random: () => 1,
    handle,
    concurrency,
    onFailure: (key, _error, inARow) => failures.push(`${key} ${inARow}`),
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  return { clock, queue, failures, pass };
}

/** A handler whose runs end when the test says so. */
function held() {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const handle = (key: string) =>
    new Promise<undefined>((resolve) => {
      started.push(key);
      ends.push(() => resolve(undefined));
    });
  return { started, end: () => ends.shift()?.(), handle };
}

test('a key added many times while it waits is handled once', async (t) => {
  const { started, end, handle } = held();
  const { queue } = bench(handle);
  queue.add('busy');
  for (let n = 0; n < 5; n++) queue.add('a');
  t.is(queue.waiting(), 1);
  end();
  await settle();
  end();
  await settle();
  t.deepEqual(started, ['busy', 'a']);
});

test('a key added while it is handled is handled once more, after', async (t) => {
  const { started, end, handle } = held();
  const { queue } = bench(handle, 4);
  queue.add('a');
  queue.add('a');
  queue.add('a');
  await settle();
  t.deepEqual(started, ['a'], 'not beside itself');
  end();
  await settle();
  t.deepEqual(started, ['a', 'a']);
});

test('the time a handler asks for is kept, and an add comes before it', async (t) => {
  let runs = 0;
  const { queue, pass } = bench(async () => {
    runs++;
    return { againMs: 1000 };
  });
  queue.add('a');
  await settle();
  await pass(999);
  t.is(runs, 1);
  await pass(1);
  t.is(runs, 2);
  queue.add('a');
  await settle();
  t.is(runs, 3);
  await pass(999);
  t.is(runs, 3, 'the earlier wake-up is void');
  await pass(1);
  t.is(runs, 4);
});

test('a failing key backs off 200, 400, 800 ms up to 30 s, and adds do not cut that short', async (t) => {
  let runs = 0;
  const { queue, failures, pass } = bench(async () => {
    runs++;
    throw new Error('poison');
  });
  queue.add('a');
  await settle();
  for (const waitMs of [200, 400, 800]) {
    const before = runs;
    queue.add('a');
    await pass(waitMs - 1);
    t.is(runs, before, `waits ${waitMs} ms`);
    await pass(1);
    t.is(runs, before + 1);
  }
  t.deepEqual(failures, ['a 1', 'a 2', 'a 3', 'a 4']);
  t.deepEqual(queue.failing(), ['a']);
  for (let n = 0; n < 12; n++) await pass(30_000);
  const before = runs;
  await pass(30_000);
  t.is(runs, before + 1, 'never longer than 30 s');
});

test('one failing key does not hold up the others, and success clears its failures', async (t) => {
  let broken = true;
  const done: string[] = [];
  const { queue, pass } = bench(async (key) => {
    if (key === 'bad' && broken) throw new Error('poison');
    done.push(key);
    return undefined;
  });
  queue.add('bad');
  queue.add('good');
  await settle();
  t.deepEqual(done, ['good']);
  broken = false;
  await pass(200);
  t.deepEqual(done, ['good', 'bad']);
  t.deepEqual(queue.failing(), []);
});

test('a handler that throws before it returns a promise is a failure, not a crash', async (t) => {
  const { queue, failures } = bench(() => {
    throw new Error('at once');
  });
  queue.add('a');
  await settle();
  t.deepEqual(failures, ['a 1']);
});

test('a forgotten key runs no more; forgotten and added while it runs, it runs once more, not twice at a time', async (t) => {
  const { started, end, handle } = held();
  const { queue } = bench(handle, 4);
  queue.add('a');
  queue.forget('a');
  queue.add('a');
  await settle();
  t.deepEqual(started, ['a']);
  end();
  await settle();
  t.deepEqual(started, ['a', 'a']);
  queue.forget('a');
  end();
  await settle();
  t.deepEqual(started, ['a', 'a']);
});

test('stop waits for what runs and starts nothing more', async (t) => {
  const { started, end, handle } = held();
  const { queue, pass } = bench(handle);
  queue.add('a');
  queue.add('b');
  let stopped = false;
  const stop = queue.stop().then(() => {
    stopped = true;
  });
  await settle();
  t.false(stopped);
  end();
  await stop;
  queue.add('c');
  await pass(60_000);
  t.deepEqual(started, ['a']);
});

type Action = { kind: 'add' | 'forget'; key: string } | { kind: 'pass'; ms: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('add' as const, 'forget' as const),
    key: fc.constantFrom('a', 'b', 'c'),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 500 }) }),
);

test('whatever happens: no key beside itself, no more than `concurrency`, and the last add is followed by a run', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer(),
      async (actions, concurrency, seed) => {
        const clock = new VirtualClock(0);
        const random = seededRandom(seed);
        const running = new Set<string>();
        const owed = new Set<string>();
        let beside = false;
        let most = 0;
        const handle = async (key: string) => {
          beside ||= running.has(key);
          running.add(key);
          owed.delete(key);
          most = Math.max(most, running.size);
          await clock.sleep(1 + random() * 100);
          running.delete(key);
          if (random() < 0.3) throw new Error('now and then');
          return random() < 0.3 ? { againMs: 50 } : undefined;
        };
        const queue = createQueue({ clock, random, handle, concurrency });
        for (const step of actions) {
          if (step.kind === 'pass') clock.advance(step.ms);
          else if (step.kind === 'add') {
            owed.add(step.key);
            queue.add(step.key);
          } else {
            owed.delete(step.key);
            queue.forget(step.key);
          }
          await settle();
        }
        for (let n = 0; n < 400 && owed.size > 0; n++) {
          clock.advance(200);
          await settle();
        }
        t.false(beside, 'a key ran beside itself');
        t.true(most <= concurrency);
        t.deepEqual([...owed], [], 'every added key was run after its last add');
      },
    ),
    { numRuns: 200 },
  );
});
