import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { JSON_TYPE, post, startReceiver, statusOf } from './harness.ts';

const MIB = 1 << 20;

/** Serial and in a file (so a process) of their own: they look at the memory of the whole process. */
async function bomb(t: ExecutionContext, sizeMib: number) {
  const { url, reports } = await startReceiver(t);
  const member = gzipSync(Buffer.alloc(MIB, 0x20));
  const body = Buffer.concat(Array.from({ length: sizeMib }, () => member));
  const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  await post(url, gzipSync('{}'), headers);
  const rssBefore = process.memoryUsage.rss();
  const startedMs = performance.now();
  const reply = await post(url, body, headers);
  const tookMs = performance.now() - startedMs;
  const grownMib = (process.memoryUsage.rss() - rssBefore) / MIB;
  t.is(reply.status, 413);
  t.regex(statusOf(reply).message, /at most 4194304 bytes after decompression/);
  t.true(tookMs < 500, `it took ${tookMs} ms`);
  t.true(grownMib < 24, `it took ${grownMib} MiB`);
  t.deepEqual(reports, []);
  t.log(`${body.length} bytes: ${tookMs.toFixed(0)} ms, ${grownMib.toFixed(1)} MiB`);
}

// the smaller is inflated at once, the larger in another thread: see inflate.ts
test.serial('a gzip bomb of 8 MiB is refused fast and with little memory', bomb, 8);
test.serial('a gzip bomb of 512 MiB is refused fast and with little memory', bomb, 512);
