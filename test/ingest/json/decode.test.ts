import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { admit } from '../../../controller/ingest/admit.ts';
import { decodeJson } from '../../../controller/ingest/json/decode.ts';
import { defaultLimits } from '../../../controller/ingest/limits.ts';
import { Malformed, TooLarge } from '../../../controller/ingest/malformed.ts';
import { arbitraryMetrics } from '../oracle/arbitrary.ts';
import { jsonOf, NOW_MS } from '../oracle/export.ts';

const decode = (body: string | Buffer) => decodeJson(Buffer.from(body), defaultLimits);

const point = { startTimeUnixNano: '1699996400000000000', timeUnixNano: '1700000000000000000', asInt: '7' };
const requestsOf = (dataPoint: object, sum: object = {}) => ({
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'foresail.requests',
              unit: '{request}',
              sum: {
                aggregationTemporality: 2,
                isMonotonic: true,
                dataPoints: [
                  { ...point, attributes: [{ key: 'outcome', value: { stringValue: 'ok' } }], ...dataPoint },
                ],
                ...sum,
              },
            },
          ],
        },
      ],
    },
  ],
});
const onlyPointOf = (t: ExecutionContext, message: object) => {
  const { points, rejectedPoints } = admit(decode(JSON.stringify(message)), NOW_MS);
  t.is(rejectedPoints, 0);
  return points[0];
};

const spellings: Record<string, [object, object?]> = {
  '64-bit integers as text': [{}],
  '64-bit integers as numbers': [{ asInt: 7, timeUnixNano: 1_700_000_000_000_000_000 }],
  'a double': [{ asInt: undefined, asDouble: 7 }],
  'a double as text': [{ asInt: undefined, asDouble: '7.0e0' }],
  'null for what is absent': [{ flags: null, exemplars: null, asDouble: null }],
  'fields that are unknown': [{ later: { deep: [1, { a: null }] } }, { also: 'this' }],
  'the temporality by its name': [{}, { aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE' }],
};
for (const [name, [dataPoint, sum]] of Object.entries(spellings)) {
  test(`JSON may have ${name}`, (t) => {
    t.like(onlyPointOf(t, requestsOf(dataPoint, sum)), { value: 7, atMs: NOW_MS, temporality: 'cumulative' });
  });
}

test('the delta temporality may be a number or its name', (t) => {
  for (const aggregationTemporality of [1, '1', 'AGGREGATION_TEMPORALITY_DELTA']) {
    t.like(onlyPointOf(t, requestsOf({}, { aggregationTemporality })), { temporality: 'delta' });
  }
});

test('"NaN" and "Infinity" are what JSON has for them, and are rejected as values', (t) => {
  for (const asDouble of ['NaN', 'Infinity', '-Infinity', '1e999']) {
    const { rejected } = admit(decode(JSON.stringify(requestsOf({ asInt: undefined, asDouble }))), NOW_MS);
    t.deepEqual([...rejected], [['NotFinite', 1]], asDouble);
  }
});

test('snake_case is not OTLP JSON: it is unknown, and not zero', (t) => {
  const body = JSON.stringify(requestsOf({ asInt: undefined, as_int: 7 }));
  t.deepEqual([...admit(decode(body), NOW_MS).rejected], [['NotFinite', 1]]);
});

function refuses(t: ExecutionContext, body: string | Buffer, message: RegExp) {
  t.throws(() => decode(body), { instanceOf: Malformed, message });
}
const malformed: [string, string | Buffer, RegExp][] = [
  ['nothing', '', /must be JSON/],
  ['text', 'hello', /must be JSON; it is not at position 0|must be JSON/],
  ['half a message', '{"resourceMetrics":[', /must be JSON/],
  ['a message and garbage', '{}x', /not at position 2/],
  ['two messages', '{}{}', /not at position 2/],
  ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), /must be JSON/],
  ['what is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /must be UTF-8/],
  ['null', 'null', /body must be an object/],
  ['a list', '[]', /body must be an object/],
  ['a number for a list', '{"resourceMetrics":1}', /resourceMetrics must be an array/],
  ['a list of numbers', '{"resourceMetrics":[1]}', /resourceMetrics must be an object/],
  ['a list of nulls', '{"resourceMetrics":[null]}', /resourceMetrics must be an object/],
  [
    'a stamp that is a word',
    JSON.stringify(requestsOf({ timeUnixNano: 'now' })),
    /timeUnixNano must be an integer/,
  ],
  [
    'a stamp that is a fraction',
    JSON.stringify(requestsOf({ timeUnixNano: 1.5 })),
    /timeUnixNano must be an integer/,
  ],
  [
    'a value that is a word',
    JSON.stringify(requestsOf({ asInt: undefined, asDouble: 'many' })),
    /asDouble must be a number/,
  ],
  ['a value that is an object', JSON.stringify(requestsOf({ asInt: {} })), /asInt must be an integer/],
  ['a hexadecimal value', JSON.stringify(requestsOf({ asInt: '0x10' })), /asInt must be an integer/],
  ['a flag that is text', JSON.stringify(requestsOf({ flags: 'x' })), /flags must be an integer/],
  [
    'a boolean that is a number',
    JSON.stringify(requestsOf({}, { isMonotonic: 1 })),
    /isMonotonic must be true or false/,
  ],
  [
    'an unknown temporality by name',
    JSON.stringify(requestsOf({}, { aggregationTemporality: 'SOMETIMES' })),
    /aggregationTemporality must be/,
  ],
  ['a key that is a number', JSON.stringify(requestsOf({ attributes: [{ key: 1 }] })), /key must be text/],
];
for (const [name, body, message] of malformed) test(`malformed: ${name}`, refuses, body, message);

test(
  'a metric of two kinds is malformed',
  refuses,
  '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"foresail.requests","sum":{},"gauge":{}}]}]}]}',
  /one kind of data/,
);

test('nothing of the sender gets into the message of a parser error', (t) => {
  const error = t.throws(() => decode('{"secret-text": oops}'), { instanceOf: Malformed });
  t.notRegex(error?.message ?? '', /secret|oops/);
});

test('nesting a hundred thousand deep is malformed or ignored, and does not overflow the stack', (t) => {
  const deep = `${'['.repeat(90_000)}${']'.repeat(90_000)}`;
  t.deepEqual(decode(`{"unknown":${deep}}`).metrics, []);
  t.throws(() => decode(`{"resourceMetrics":${deep}}`), { instanceOf: Malformed });
});

test('keys that JavaScript gives a meaning are only keys', (t) => {
  const body = '{"__proto__":{"resourceMetrics":[1]},"constructor":{"prototype":{"a":1}},"toString":1}';
  t.deepEqual(decode(body).metrics, []);
  t.false(Object.hasOwn(Object.prototype, 'a'));
});

test('commas and brackets count towards the limit of elements', (t) => {
  const limits = { ...defaultLimits, maxJsonElements: 5 };
  t.notThrows(() => decodeJson(Buffer.from('{"a":[1,2,3,4]}'), limits));
  t.throws(() => decodeJson(Buffer.from('{"a":[1,2,3,4,5]}'), limits), { instanceOf: TooLarge });
});

test('a mutated export is read, malformed or too large, never anything else', (t) => {
  const mutation = fc.record({
    at: fc.nat(),
    text: fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('null', '{', '[', '"', '-1', '1e400', '')),
  });
  const property = fc.property(
    arbitraryMetrics,
    fc.array(mutation, { minLength: 1, maxLength: 3 }),
    (metrics, mutations) => {
      let body = jsonOf(metrics).toString('utf8');
      for (const { at, text } of mutations) {
        const index = at % (body.length + 1);
        body = body.slice(0, index) + text + body.slice(index + 1);
      }
      try {
        admit(decode(body), NOW_MS);
      } catch (error) {
        if (!(error instanceof Malformed || error instanceof TooLarge)) throw error;
      }
    },
  );
  fc.assert(property, { numRuns: 1500 });
  t.pass();
});

test('any JSON at all is read or malformed, never anything else', (t) => {
  const shaped = fc.jsonValue().map((value) => ({
    resourceMetrics: [
      {
        resource: value,
        scopeMetrics: [
          {
            metrics: [
              { name: 'foresail.requests', sum: value },
              { name: 'foresail.request.duration', histogram: { dataPoints: [value] }, unit: value },
            ],
          },
        ],
      },
    ],
  }));
  const property = fc.property(fc.oneof(fc.jsonValue(), shaped), (value) => {
    try {
      admit(decode(JSON.stringify(value)), NOW_MS);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
  });
  fc.assert(property, { numRuns: 1500 });
  t.pass();
});
