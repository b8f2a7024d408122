import test from 'ava';
import fc from 'fast-check';
import type { Sample } from '../../sidecar/exposition.ts';
import { ExpositionReader, parseValue } from '../../sidecar/exposition.ts';
import { parseLabels, parseSeries } from '../../sidecar/labels.ts';

function read(
  text: string | Uint8Array,
  names: Record<string, string> = { x_total: '', y: '' },
  chunk = 1 << 16,
) {
  const reader = new ExpositionReader(new Map(Object.entries(names)));
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; at += chunk) reader.push(Buffer.from(bytes.subarray(at, at + chunk)));
  return { samples: reader.end(), malformed: reader.malformed };
}

const reads = test.macro((t, text: string, expected: readonly (readonly [string, number])[]) => {
  const { samples, malformed } = read(text);
  t.deepEqual(
    samples,
    expected.map(([series, value]): Sample => ({ series, value })),
  );
  t.is(malformed, 0);
});

test('a plain sample', reads, 'x_total 5\n', [['x_total', 5]]);
test('empty braces are no labels', reads, 'x_total{} 5\n', [['x_total', 5]]);
test('a name that only begins like a wanted one is another', reads, 'x_total_more 5\nx_tot 1\n', []);
test('comments, HELP, TYPE and UNIT are skipped', reads, '# HELP y z\n# TYPE y gauge\n# UNIT y s\n#\ny 1\n', [
  ['y', 1],
]);
test('quirk: # EOF in the middle of concatenated bodies', reads, 'y 1\n# EOF\nx_total 2\n# EOF\n', [
  ['y', 1],
  ['x_total', 2],
]);
test(
  'quirk: TYPE without HELP and a blank line after each family',
  reads,
  '# TYPE y gauge\ny{} 1\n\ny{a="b"} 2\n\n',
  [
    ['y', 1],
    ['y{a="b"}', 2],
  ],
);
test('quirk: Windows line ends', reads, 'y 1\r\ny{a="b"} 2\r\n', [
  ['y', 1],
  ['y{a="b"}', 2],
]);
test('an exemplar is left off', reads, 'x_total{a="b"} 5 # {trace_id="ab}c"} 0.67 1520879607.7\n', [
  ['x_total{a="b"}', 5],
]);
test('something like an exemplar inside a label is not one', reads, 'y{a="1 # {b"} 5\n', [
  ['y{a="1 # {b"}', 5],
]);
test('a timestamp is left off', reads, 'y{a="b"} 5 1395066363000\ny 6 -1\n', [
  ['y{a="b"}', 5],
  ['y', 6],
]);
test('a brace inside a label value', reads, 'y{path="/{id}/x"} 5\n', [['y{path="/{id}/x"}', 5]]);
test('exponents and infinities', reads, 'y 1e3\ny +Inf\ny -Inf\n', [
  ['y', 1000],
  ['y', Number.POSITIVE_INFINITY],
  ['y', Number.NEGATIVE_INFINITY],
]);
test('quirk: a raw newline inside a label value', reads, 'y{a="one\ntwo",b="c"} 7\ny 8\n', [
  ['y{a="one\ntwo",b="c"}', 7],
  ['y', 8],
]);

test('NaN is read as NaN, for whoever reads it to leave it out', (t) => {
  t.deepEqual(read('y NaN\ny nan\n').samples, [
    { series: 'y', value: Number.NaN },
    { series: 'y', value: Number.NaN },
  ]);
});

test('a body cut short: the last line, whose value may be cut, is not read', (t) => {
  t.deepEqual(read('y 1\ny{a="b"} 12'), { samples: [{ series: 'y', value: 1 }], malformed: 1 });
  t.deepEqual(read('y 1\ny{a="b').samples, [{ series: 'y', value: 1 }]);
});

test('a line cut in the middle of a concatenated body does not swallow the next one', (t) => {
  const { samples, malformed } = read('y{a="b",c="d\n# TYPE y gauge\ny{e="f"} 3\nother{a="b"} 1\ny 4\n');
  t.deepEqual(samples, [
    { series: 'y{e="f"}', value: 3 },
    { series: 'y', value: 4 },
  ]);
  t.is(malformed, 1);
});

for (const line of ['y {} x', 'y{a="b"}', 'y 1 2 3', 'y five', 'y{a="b"} 1 two']) {
  test(`no sample, but counted: ${line}`, (t) => {
    t.deepEqual(read(`${line}\nx_total 1\n`), { samples: [{ series: 'x_total', value: 1 }], malformed: 1 });
  });
}

test('a mark keeps only the series whose labels contain it', (t) => {
  const { samples } = read('y{d="in"} 1\ny{d="out"} 2\n', { y: 'd="in"' });
  t.deepEqual(samples, [{ series: 'y{d="in"}', value: 1 }]);
});

test('a line without end does not fill the memory, and what follows it is read', (t) => {
  const { samples, malformed } = read(`y{a="${'z'.repeat(300_000)}"} 1\ny 2\n`, undefined, 10_000);
  t.deepEqual(samples, [{ series: 'y', value: 2 }]);
  t.true(malformed >= 1);
});

const hasLabels = test.macro({
  exec(t, text: string, expected: Record<string, string> | undefined) {
    const labels = parseLabels(text);
    t.deepEqual(labels && Object.fromEntries(labels), expected);
  },
  title: (given, text) => given ?? `labels of ${text}`,
});

test(hasLabels, 'a="b",c="d"', { a: 'b', c: 'd' });
test(hasLabels, ' a = "b" , c="d" , ', { a: 'b', c: 'd' });
test(hasLabels, '', {});
test(hasLabels, 'a=""', { a: '' });
test('escapes are resolved', hasLabels, 'a="x\\"y\\\\z\\n"', { a: 'x"y\\z\n' });
test('quirk: raw quotes in a value', hasLabels, 'a="say "hi"",b="x"', { a: 'say "hi"', b: 'x' });
test('quirk: a raw backslash before the closing quote', hasLabels, 'a="C:\\",b="x"', { a: 'C:\\', b: 'x' });
test('quirk: a raw comma and quote', hasLabels, 'a="x", "y",b="z"', { a: 'x", "y', b: 'z' });
test('no name', hasLabels, '="x"', undefined);
test('no end', hasLabels, 'a="x', undefined);
test('no quotes', hasLabels, 'a=x', undefined);

test('label values are UTF-8 wherever a chunk ends', (t) => {
  const [sample] = read('y{a="größe–é"} 1\n', { y: '' }, 1).samples;
  t.is(parseSeries(sample?.series ?? '')?.labels.get('a'), 'größe–é');
});

test('no value is not zero', (t) => {
  t.is(parseValue(''), undefined);
});

const anyName = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
const anySample = fc.record({
  labels: fc.dictionary(anyName, fc.string({ unit: 'grapheme', maxLength: 20 }), { noNullPrototype: true }),
  value: fc.oneof(fc.double({ noNaN: true }), fc.nat()),
});

function print(labels: Record<string, string>, value: number): string {
  const escaped = Object.entries(labels).map(
    ([name, text]) =>
      `${name}="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return `y{${escaped.join(',')}} ${value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : value}\n`;
}

test('what is printed by the book is read back, in chunks of any size', (t) => {
  fc.assert(
    fc.property(fc.array(anySample, { maxLength: 8 }), fc.integer({ min: 1, max: 64 }), (written, chunk) => {
      const text = written.map(({ labels, value }) => print(labels, value)).join('');
      const found = read(text, { y: '' }, chunk).samples.map(({ series, value }) => ({
        labels: Object.fromEntries(parseSeries(series)?.labels ?? []),
        value: value + 0,
      }));
      t.deepEqual(
        found,
        written.map(({ labels, value }) => ({ labels, value: Number(String(value)) })),
      );
    }),
    { numRuns: 300 },
  );
});

test('no bytes whatever make it throw', (t) => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .constantFrom(
        'y{',
        'a="',
        '"',
        '\\',
        '}',
        ' ',
        '\n',
        '# EOF\n',
        'x_total',
        '5',
        ',',
        '=',
        '# {',
        'le="',
      )
      .map((s) => Buffer.from(s)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (pieces, chunk) => {
      for (const { series } of read(Buffer.concat(pieces), undefined, chunk).samples) parseSeries(series);
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

test('any prefix of a body gives a prefix of its samples', (t) => {
  const body = 'y{a="b"} 12\n# TYPE x_total counter\nx_total{le="0.5",c="d"} 34 # {t="u"} 1\ny 56\n';
  const whole = read(body).samples;
  for (let cut = 0; cut <= body.length; cut++) {
    const { samples } = read(body.slice(0, cut));
    t.deepEqual(samples, whole.slice(0, samples.length));
  }
});
