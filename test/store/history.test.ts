import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { type HistoryOptions, openHistory } from '../../controller/store/history.ts';
import { memoryHistory } from '../../controller/store/memory-history.ts';
import { migrations } from '../../controller/store/schema.ts';
import { historyConformance, step } from '../conformance/history.ts';
import { folder } from './folder.ts';

const WEB = 'shop/Deployment/web';
const start = step(0, 0).startMs;

historyConformance(test, 'in memory', async () => memoryHistory());
historyConformance(test, 'in a file', async (onClose) => {
  const path = await mkdtemp(join(tmpdir(), 'foresail-store-'));
  onClose(() => rm(path, { recursive: true, force: true }));
  return openHistory({ path: join(path, 'history.sqlite'), clock: new VirtualClock(start) });
});

async function open(t: ExecutionContext, path: string, options: Partial<HistoryOptions> = {}) {
  const history = await openHistory({ path, clock: new VirtualClock(start), ...options });
  t.teardown(() => history.close());
  return history;
}

const rates = async (history: Awaited<ReturnType<typeof openHistory>>, count: number) => [
  ...(await history.rates(WEB, start, start + count * 15_000, 15)),
];

test('a restart finds what was there', async (t) => {
  const path = join(await folder(t), 'deep', 'er', 'history.sqlite');
  const before = await open(t, path);
  before.append(WEB, [step(0, 1), step(1, 2)]);
  before.remember(WEB, 'capacity', { rps: 12 });
  await before.close();
  const after = await open(t, path);
  t.deepEqual(await rates(after, 3), [1, 2, Number.NaN]);
  t.deepEqual(await after.recall(WEB, 'capacity'), { rps: 12 });
  t.true(after.stats().healthy);
});

test('a clean close leaves one file', async (t) => {
  const path = await folder(t);
  const history = await open(t, join(path, 'history.sqlite'));
  history.append(WEB, [step(0, 1)]);
  await history.close();
  t.deepEqual(await readdir(path), ['history.sqlite']);
});

test('appended steps are written together after the wait, by the clock', async (t) => {
  const clock = new VirtualClock(start);
  const path = join(await folder(t), 'history.sqlite');
  const history = await open(t, path, { clock, flushMs: 5_000 });
  history.append(WEB, [step(0, 1)]);
  history.append(WEB, [step(1, 2)]);
  clock.advance(4_999);
  await new Promise(setImmediate);
  t.is(history.stats().writes, 0);
  clock.advance(1);
  await new Promise(setImmediate);
  await history.recall(WEB, 'anything'); // the worker answers in order
  t.is(history.stats().writes, 1);
});

test('what is older than the retention goes, the rest stays', async (t) => {
  const clock = new VirtualClock(start);
  const path = join(await folder(t), 'history.sqlite');
  const history = await open(t, path, { clock, retentionDays: 1 });
  history.append(WEB, [step(0, 1), step(4 * 1440, 2)]);
  await history.flush();
  clock.advance(26 * 3_600_000);
  history.append(WEB, [step(6 * 1440, 3)]);
  await history.flush();
  const all = await rates(history, 6 * 1440 + 1);
  t.deepEqual([all[0], all[4 * 1440], all[6 * 1440]], [Number.NaN, 2, 3]);
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** 28 days of history with a step an hour, and a controller that goes on with it. */
async function monthWith(t: ExecutionContext) {
  const clock = new VirtualClock(start);
  let offMs = 0;
  const skewed = {
    wallMs: () => clock.wallMs() + offMs,
    monotonicMs: () => clock.monotonicMs(),
    sleep: clock.sleep.bind(clock),
  };
  const notices: string[] = [];
  const onNotice = (message: string) => void notices.push(message);
  const history = await open(t, join(await folder(t), 'history.sqlite'), { clock: skewed, onNotice });
  const hours = Array.from({ length: 28 * 24 }, (_, hour) => step((hour - 28 * 24) * 240, 1));
  history.append(WEB, hours);
  await history.flush();
  /** How many of these hours are there after the next step, which is stamped by the same clock. */
  const after = async (durationMs: number) => {
    clock.advance(durationMs);
    history.append(WEB, [step((skewed.wallMs() - start) / 15_000, 2)]);
    await history.flush();
    const past = await history.rates(WEB, start - 28 * DAY_MS, start, 15);
    return past.filter((rate) => !Number.isNaN(rate)).length;
  };
  const jump = (ms: number) => {
    offMs = ms;
  };
  return { after, jump, notices };
}

test('a clock that jumps a month ahead costs a day of history an hour, and is said once', async (t) => {
  const { after, jump, notices } = await monthWith(t);
  jump(28 * DAY_MS);
  t.is(await after(HOUR_MS), 27 * 24);
  t.is(await after(HOUR_MS), 26 * 24);
  t.is(notices.length, 1);
  t.regex(notices[0] ?? '', /a day of it goes each hour.* is wrong and must be put right/);
});

test('a clock that is right takes an hour away each hour, and nothing is said', async (t) => {
  const { after, notices } = await monthWith(t);
  t.is(await after(HOUR_MS), 28 * 24 - 1);
  t.is(await after(HOUR_MS), 28 * 24 - 2);
  t.deepEqual(notices, []);
});

test('a clock that jumps again within the hour costs no other day', async (t) => {
  const { after, jump } = await monthWith(t);
  jump(28 * DAY_MS);
  t.is(await after(HOUR_MS), 27 * 24);
  jump(60 * DAY_MS);
  t.is(await after(60_000), 27 * 24);
  jump(0);
  t.is(await after(60_000), 27 * 24);
});

test('a trace is imported whole', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const history = await open(t, path);
  const values = Float64Array.from({ length: 1000 }, (_, index) => (index % 7 === 0 ? Number.NaN : index));
  await history.import(WEB, { startMs: start, stepSeconds: 15, values, source: 'test' });
  t.deepEqual(await rates(history, 1000), [...values]);
});

const SECRET = 'what somebody else wrote';

/** Writes a file that must be refused, and the words that must tell why. */
const refused: readonly (readonly [name: string, make: (path: string) => Promise<void>, words: RegExp])[] = [
  [
    'text',
    (path) => writeFile(path, SECRET.repeat(100)),
    /file is not a database.*move it away.*--history-file/,
  ],
  [
    'a database of another program',
    async (path) => {
      const other = new DatabaseSync(path);
      other.exec(`CREATE TABLE mine (x); INSERT INTO mine VALUES ('${SECRET}')`);
      other.close();
    },
    /is a database of another program; move it away/,
  ],
  [
    'a newer version',
    async (path) => {
      await (await openHistory({ path })).close();
      const ours = new DatabaseSync(path);
      ours.exec('PRAGMA user_version = 99');
      ours.close();
    },
    /is of version 99, and this program knows up to 2; use a newer program/,
  ],
  [
    'a file cut short',
    async (path) => {
      const history = await openHistory({ path });
      history.append(
        WEB,
        Array.from({ length: 5_000 }, (_, index) => step(index, index)),
      );
      await history.close();
      await truncate(path, Math.floor((await stat(path)).size / 2 / 8192) * 8192 + 100);
    },
    /is damaged|malformed/,
  ],
  [
    'a file with a page overwritten',
    async (path) => {
      const history = await openHistory({ path, clock: new VirtualClock(start) });
      history.append(
        WEB,
        Array.from({ length: 20_000 }, (_, index) => step(index, index)),
      );
      await history.close();
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(0xff, 6 * 8192, 7 * 8192));
    },
    /is damaged \(.*move it away/,
  ],
];

for (const [name, make, words] of refused) {
  test(`${name} is refused by name and left as it is`, async (t) => {
    const path = join(await folder(t), 'history.sqlite');
    await make(path);
    const before = await readFile(path);
    const error = await t.throwsAsync(openHistory({ path }), { name: 'BadInput' });
    t.true(error?.message.includes(path), error?.message);
    t.regex(error?.message ?? '', words);
    t.deepEqual(await readFile(path), before);
  });
}

test('a directory is refused', async (t) => {
  const path = await folder(t);
  await t.throwsAsync(openHistory({ path }), {
    name: 'BadInput',
    message: /is a directory; .* must name a file/,
  });
});

test('a directory that cannot be made is said', async (t) => {
  const file = join(await folder(t), 'file');
  await writeFile(file, '');
  await t.throwsAsync(openHistory({ path: join(file, 'sub', 'history.sqlite') }), {
    name: 'BadInput',
    message: /its directory must be writable/,
  });
});

test('a file that cannot be opened is no damaged file: nobody is told to move it away', async (t) => {
  const file = join(await folder(t), 'file');
  await writeFile(file, '');
  await t.throwsAsync(openHistory({ path: join(file, 'history.sqlite') }), {
    name: 'BadInput',
    message: /unable to open database file; it and its directory must be writable/,
  });
});

test('a history file must have a name', async (t) => {
  await t.throwsAsync(openHistory({ path: '' }), {
    name: 'BadInput',
    message: /--history-file must name a file/,
  });
});

test('an empty file is as good as none', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  await writeFile(path, '');
  const history = await open(t, path);
  history.append(WEB, [step(0, 1)]);
  t.deepEqual(await rates(history, 1), [1]);
});

test('an older file is brought up to date, and that is said first', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const old = new DatabaseSync(path);
  old.exec(`${migrations[0]}; PRAGMA application_id = ${0x466f7265}; PRAGMA user_version = 1`);
  old.exec(`INSERT INTO series VALUES (1, '${WEB}', 15)`);
  const blob = new Uint8Array(Float32Array.of(1.5, 2.5).buffer);
  const block = Math.ceil(start / 15_000 / 240);
  old.prepare('INSERT INTO rates VALUES (1, ?, ?)').run(block, blob);
  old.close();
  const notices: string[] = [];
  const history = await open(t, path, { onNotice: (message) => notices.push(message) });
  t.deepEqual(notices, [`history file ${path} is of version 1; it is brought to version 2 now`]);
  const first = block * 240 * 15_000;
  t.deepEqual([...(await history.rates(WEB, first, first + 30_000, 15))], [1.5, 2.5]);
  history.remember(WEB, 'capacity', 1);
  t.is(await history.recall(WEB, 'capacity'), 1);
});

test('a full disk costs durability, not service: steps wait, are read, and are written when there is room', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const small = await open(t, path, { mostBytes: 10 * 8192 });
  const all = Array.from({ length: 40_000 }, (_, index) => step(index, index));
  small.append(WEB, all);
  await small.flush();
  const { healthy, lastError, failedWrites, waitingSteps } = small.stats();
  t.deepEqual(
    { healthy, failedWrites, waitingSteps },
    { healthy: false, failedWrites: 1, waitingSteps: 40_000 },
  );
  t.regex(lastError ?? '', /full/);
  small.remember(WEB, 'capacity', 3);
  t.is((await rates(small, 40_000))[39_999], 39_999);
  t.is(await small.recall(WEB, 'capacity'), 3);
  await small.close();

  const roomy = await open(t, path);
  t.true(Number.isNaN((await rates(roomy, 1))[0] ?? 0), 'nothing was half done');
  roomy.append(WEB, all);
  await roomy.flush();
  t.true(roomy.stats().healthy);
});

test('what waits for a disk is bounded, oldest given up and counted', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const small = await open(t, path, { mostBytes: 10 * 8192 });
  for (let index = 0; index < 7; index++) {
    small.append(
      WEB,
      Array.from({ length: 40_000 }, (_, offset) => step(index * 40_000 + offset, 1)),
    );
    await small.flush();
  }
  t.is(small.stats().waitingSteps, 240_000);
  t.is(small.stats().droppedSteps, 40_000);
});

test('what was learned waits for a disk however long, the newest of each name only', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const small = await open(t, path, { mostBytes: 10 * 8192 });
  small.remember(WEB, 'lead-time', 'early');
  for (let index = 0; index < 8; index++) {
    small.append(
      WEB,
      Array.from({ length: 40_000 }, (_, offset) => step(index * 40_000 + offset, 1)),
    );
    small.remember(WEB, 'capacity', index);
    await small.flush();
  }
  t.true(small.stats().droppedSteps > 0, 'the batch that came with it was given up');
  t.is(await small.recall(WEB, 'lead-time'), 'early');
  t.is(await small.recall(WEB, 'capacity'), 7);
});

test('an import that does not fit fails as a whole and says so', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const history = await open(t, path, { mostBytes: 10 * 8192 });
  const values = new Float64Array(200_000).fill(1);
  const trace = { startMs: start, stepSeconds: 15, values, source: 'test' };
  await t.throwsAsync(history.import(WEB, trace), { message: /full/ });
  t.true((await rates(history, 1000)).every(Number.isNaN));
});

test('a write that cannot be leaves no transaction open behind it', async (t) => {
  const history = await open(t, join(await folder(t), 'history.sqlite'));
  const trace = { startMs: start, stepSeconds: 15, values: Float64Array.of(1), source: 'test' };
  await t.throwsAsync(history.import(undefined as unknown as string, trace));
  history.append(WEB, [step(0, 1)]);
  await history.flush();
  t.true(history.stats().healthy, history.stats().lastError);
  t.deepEqual(await rates(history, 1), [1]);
});

test('two programs may have the file open: an import beside a running controller is seen by it', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const controller = await open(t, path);
  const importer = await open(t, path);
  controller.append(WEB, [step(0, 1)]);
  await controller.flush();
  await importer.import(WEB, {
    startMs: start + 15_000,
    stepSeconds: 15,
    values: Float64Array.of(2),
    source: '',
  });
  controller.append(WEB, [step(2, 3)]);
  t.deepEqual(await rates(controller, 3), [1, 2, 3]);
});

test('kill -9 loses at most the batch that was not flushed, and the file is whole', async (t) => {
  const path = join(await folder(t), 'history.sqlite');
  const child = spawn(process.execPath, [new URL('./appending-child.ts', import.meta.url).pathname, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let flushed = 0;
  for await (const line of child.stdout) {
    flushed = Number(String(line).trim().split('\n').at(-1));
    if (flushed >= 20) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const history = await open(t, path);
  const known = (await rates(history, flushed)).filter((rate, index) => rate === index + 1);
  t.is(known.length, flushed);
});
