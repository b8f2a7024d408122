import test from 'ava';
import fc from 'fast-check';
import { lines } from '../../controller/kube/lines.ts';

async function split(pieces: readonly Uint8Array[]): Promise<string[]> {
  async function* stream() {
    yield* pieces;
  }
  const found: string[] = [];
  for await (const line of lines(stream())) found.push(line);
  return found;
}

test('a stream cut into any pieces, also inside a character, gives the same lines', async (t) => {
  const text = fc
    .string({ unit: 'binary', maxLength: 30 })
    .map((line) => line.replaceAll('\n', ' ').toWellFormed());
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 8 }), fc.integer({ min: 1, max: 7 }), async (sent, size) => {
      const bytes = Buffer.from(sent.map((line) => `${line}\n`).join(''));
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      t.deepEqual(await split(pieces), new TextDecoder().decode(bytes).split('\n').slice(0, -1));
    }),
  );
});

test('what follows the last newline was cut off, and is dropped', async (t) => {
  t.deepEqual(await split([Buffer.from('{"a":1}\n{"b"')]), ['{"a":1}']);
});

test('a line without an end does not fill the memory', async (t) => {
  const piece = Buffer.alloc(4 * 1024 * 1024, 'x');
  await t.throwsAsync(split(Array.from({ length: 6 }, () => piece)), {
    message: /longer than 16777216 bytes/,
  });
});
