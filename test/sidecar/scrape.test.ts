import { gzipSync } from 'node:zlib';
import test from 'ava';
import { ScrapeError, scrape } from '../../sidecar/scrape.ts';
import { candidatesOf, Source } from '../../sidecar/source.ts';
import { serveOn } from './fake-peers.ts';
import { madeUp } from './made-up-dialect.ts';

const wanted = new Map([['y', '']]);

async function scraping(
  handler: Parameters<typeof serveOn>[0],
  run: (scrapeIt: (deadlineMs?: number) => ReturnType<typeof scrape>) => Promise<unknown>,
): Promise<void> {
  const peer = await serveOn(handler);
  await run((deadlineMs = 5000) => scrape(new URL(peer.url), wanted, deadlineMs));
  await peer.close();
}

test('a body is read', async (t) => {
  await scraping(
    (_, response) => response.end('y 1\nz 2\n'),
    async (scrapeIt) => t.deepEqual(await scrapeIt(), [{ series: 'y', value: 1 }]),
  );
});

test('a compressed body is read, though on loopback none is asked for', async (t) => {
  await scraping(
    (request, response) => {
      t.is(request.headers['accept-encoding'], 'identity');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('y 1\n'));
    },
    async (scrapeIt) => t.deepEqual(await scrapeIt(), [{ series: 'y', value: 1 }]),
  );
});

const fails = test.macro<[Parameters<typeof serveOn>[0], RegExp, number?]>(
  async (t, handler, message, deadlineMs) => {
    await scraping(handler, async (scrapeIt) => {
      await t.throwsAsync(scrapeIt(deadlineMs), { instanceOf: ScrapeError, message });
    });
  },
);

test('not 200', fails, (_, response) => response.writeHead(503).end('y 1\n'), /answered 503, must be 200/);
test('late headers', fails, () => {}, /no whole answer within 100 ms/, 100);
test(
  'a body that does not end',
  fails,
  (_, response) => response.write('y 1\n'),
  /no whole answer within 100 ms/,
  100,
);
test(
  'a body cut short of its length',
  fails,
  (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('y 1\n', () => response.destroy());
  },
  /aborted|cut short/,
);
test(
  'a compressed body cut short',
  fails,
  (_, response) => {
    response
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(gzipSync('y 1\n'.repeat(9999)).subarray(0, 50));
  },
  /unexpected end of file/,
);
test(
  'more than 8 MiB',
  fails,
  (_, response) => response.end('#'.repeat(9 * 1024 * 1024)),
  /larger than 8388608 bytes/,
);
test(
  'a small body that decompresses to more than 8 MiB',
  fails,
  (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(9 * 1024 * 1024)));
  },
  /larger than 8388608 bytes/,
);
test(
  'an encoding that was not asked for',
  fails,
  (_, response) => {
    response.writeHead(200, { 'content-encoding': 'br' }).end('x');
  },
  /content-encoding br must be gzip or none/,
);

test('nobody there', async (t) => {
  const peer = await serveOn(() => {});
  await peer.close();
  await t.throwsAsync(scrape(new URL(peer.url), wanted, 1000), { message: /connection refused/ });
});

const other = { ...madeUp, name: 'other', proof: ['other_alive'], urls: ['http://127.0.0.1:2/metrics'] };

test('the proxy is found by who answers in its own dialect, and kept', async (t) => {
  const asked: string[] = [];
  const source = new Source(candidatesOf([other, madeUp], undefined), new Map(), async (url) => {
    asked.push(url.port);
    if (url.port === '2') throw new ScrapeError('connection refused');
    return [{ series: 'alive', value: 1 }];
  });
  await source.read(1000, () => 0);
  await source.read(1000, () => 5000);
  t.is(source.found?.dialect.name, 'made-up');
  t.deepEqual(asked, ['2', '1', '1']);
});

test('while nothing is found, it is said of each place why', async (t) => {
  const source = new Source(
    candidatesOf([other, madeUp], new URL('http://127.0.0.1:9/m')),
    new Map(),
    async () => [],
  );
  await t.throwsAsync(
    source.read(1000, () => 0),
    {
      instanceOf: ScrapeError,
      message:
        'http://127.0.0.1:9/m: no other_alive in the body, as other has it; ' +
        'http://127.0.0.1:9/m: no alive in the body, as made-up has it',
    },
  );
  t.is(source.found, undefined);
});

test('what every dialect meets at the one place given is said once', async (t) => {
  const source = new Source(
    candidatesOf([other, madeUp], new URL('http://127.0.0.1:9/m')),
    new Map(),
    async () => {
      throw new ScrapeError('connection refused');
    },
  );
  await t.throwsAsync(
    source.read(1000, () => 0),
    { instanceOf: ScrapeError, message: 'http://127.0.0.1:9/m: connection refused' },
  );
});
