import { fromBinary, toBinary } from '@bufbuild/protobuf';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { admit } from '../../../controller/ingest/admit.ts';
import { decodeJson } from '../../../controller/ingest/json/decode.ts';
import { defaultLimits } from '../../../controller/ingest/limits.ts';
import { Malformed, TooLarge } from '../../../controller/ingest/malformed.ts';
import { decodeProtobuf } from '../../../controller/ingest/protobuf/decode.ts';
import { arbitraryMetrics } from '../oracle/arbitrary.ts';
import { exportOf, jsonOf, NOW_MS, protobufOf, typicalMetrics } from '../oracle/export.ts';
import { ExportRequestSchema } from '../oracle/generated/metrics_pb.ts';

const decode = (bytes: Uint8Array) => decodeProtobuf(Buffer.from(bytes), defaultLimits);
const bytes = (...parts: (number | number[])[]) => Buffer.from(parts.flat());
/** A length-delimited field of up to 127 bytes. */
const field = (tag: number, content: number[]) => [tag, content.length, ...content];
const ascii = (value: string) => [...Buffer.from(value)];
const inMetric = (content: number[]) => bytes(field(0x0a, field(0x12, field(0x12, content))));
const NAME = field(0x0a, ascii('foresail.requests'));

test('both decoders read any export the same', (t) => {
  const property = fc.property(arbitraryMetrics, (metrics) => {
    t.deepEqual({ ...decode(protobufOf(metrics)) }, { ...decodeJson(jsonOf(metrics), defaultLimits) });
  });
  fc.assert(property, { numRuns: 200 });
});

/**
 * The oracle lets a length lead out of the message around it, and we do not look into metrics we do not know: so only
 * messages are compared that the oracle writes again as they were.
 */
test('a mutated export is malformed, or is what the oracle reads', (t) => {
  let same = 0;
  let malformed = 0;
  const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.boolean(), insert: fc.boolean() });
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 2 });
  const property = fc.property(arbitraryMetrics, mutations, (metrics, changes) => {
    const mutated = changes.reduce(mutate, protobufOf(metrics));
    const own = outcomeOf(mutated);
    const theirs = oracleReads(mutated);
    if ('refusal' in own) malformed += 1;
    if (theirs === undefined || stricter(own)) return;
    t.deepEqual(own, outcomeOf(toBinary(ExportRequestSchema, theirs, { writeUnknownFields: false })));
    same += 1;
  });
  fc.assert(property, { numRuns: 2000 });
  t.true(same > 50 && malformed > 50, `${same} were read by both, ${malformed} were malformed`);
});

function mutate(
  message: Buffer,
  { at, byte, cut, insert }: { at: number; byte: number; cut: boolean; insert: boolean },
) {
  if (message.length === 0) return message;
  const index = at % message.length;
  if (cut && byte < 64) return message.subarray(0, index);
  const rest = message.subarray(insert ? index : index + 1);
  return Buffer.concat([message.subarray(0, index), Buffer.from([byte]), rest]);
}

/** Anything but Malformed and TooLarge is a failure of the test. */
function outcomeOf(message: Uint8Array) {
  try {
    const { points, rejected } = admit(decode(message), NOW_MS);
    return { points, rejected };
  } catch (error) {
    if (error instanceof Malformed || error instanceof TooLarge) return { refusal: error.message };
    throw error;
  }
}

/** What others may read past, and we refuse by intent: groups, wrong wire types, data of two kinds. */
function stricter(outcome: object): boolean {
  return 'refusal' in outcome && /wire type|one kind of data|not a field tag/.test(String(outcome.refusal));
}

function oracleReads(message: Buffer) {
  try {
    const read = fromBinary(ExportRequestSchema, message);
    return message.equals(toBinary(ExportRequestSchema, read)) ? read : undefined;
  } catch {
    return undefined;
  }
}

test('any bytes are read or malformed, never anything else', (t) => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
    outcomeOf(message);
    outcomeOf(Buffer.concat([protobufOf(typicalMetrics()), message]));
  });
  fc.assert(property, { numRuns: 2000 });
  t.pass();
});

test('an export cut short anywhere but between its parts is malformed', (t) => {
  const whole = protobufOf(typicalMetrics());
  for (let length = 1; length < whole.length; length += 1) {
    t.throws(() => decode(whole.subarray(0, length)), { instanceOf: Malformed });
  }
});

function refuses(t: ExecutionContext, message: Buffer, text: RegExp) {
  t.throws(() => decode(message), { instanceOf: Malformed, message: text });
}
test('a varint of eleven bytes', refuses, bytes(0x0a, Array(10).fill(0x80), 0x01), /more than 10 bytes/);
test('a varint cut short', refuses, bytes(0x0a, 0x80), /cut short/);
test('a length beyond the end', refuses, bytes(0x0a, 0x7f, 0x00), /past the end/);
test('a length of 2^63', refuses, bytes(0x0a, Array(9).fill(0x80), 0x01), /past the end/);
test(
  'a length beyond the message around it',
  refuses,
  bytes(field(0x0a, [0x12, 0x05]), 1, 2, 3, 4, 5),
  /past the end/,
);
test('field number zero', refuses, bytes(0x02, 0x00), /not a field tag/);
test('a field number beyond 32 bits', refuses, bytes(Array(5).fill(0xff), 0x01, 0x00), /not a field tag/);
test('a group', refuses, bytes(0x13, 0x14), /wire type 3/);
test('groups ten thousand deep', refuses, bytes(Array(10_000).fill(0x13)), /wire type 3/);
test('wire types that do not exist', refuses, bytes(0x17), /wire type 7/);
test('a known field of another wire type', refuses, bytes(0x08, 0x01), /field 1 has wire type 0/);
test('a name that is a number', refuses, inMetric([0x08, 0x01]), /field 1 has wire type 0/);
test(
  'a metric of two kinds',
  refuses,
  inMetric([...NAME, ...field(0x2a, []), ...field(0x3a, [])]),
  /one kind of data, it has gauge and sum/,
);

test('fields OTLP may add later are skipped, of every wire type', (t) => {
  const added = [
    [0xa0, 0x06, 0x01],
    [0xa1, 0x06, ...Array(8).fill(0)],
    [0xa2, 0x06, 0x01, 0x00],
    [0xa5, 0x06, 0, 0, 0, 0],
  ];
  t.is(
    decode(bytes(...added, [...inMetric([...NAME, ...added.flat(), ...field(0x3a, added.flat())])])).metrics
      .length,
    1,
  );
});

test('the name may come last', (t) => {
  const first = inMetric([...NAME, ...field(0x3a, [0x10, 0x02])]);
  const last = inMetric([...field(0x3a, [0x10, 0x02]), ...NAME]);
  t.deepEqual({ ...decode(last) }, { ...decode(first) });
});

test('buckets that are not packed are read as packed ones are', (t) => {
  const eight = (value: number) => [value, 0, 0, 0, 0, 0, 0, 0];
  const histogramOf = (point: number[]) =>
    decode(inMetric([...field(0x0a, ascii('foresail.request.duration')), ...field(0x4a, field(0x0a, point))]))
      .metrics;
  t.deepEqual(
    histogramOf([0x31, ...eight(1), 0x31, ...eight(2), 0x39, ...eight(0)]),
    histogramOf([...field(0x32, [...eight(1), ...eight(2)]), ...field(0x3a, eight(0))]),
  );
});

test('four million bytes of empty messages cost time in proportion and next to no memory', (t) => {
  const flood = Buffer.alloc(4 << 20);
  for (let at = 0; at < flood.length; at += 2) flood[at] = 0x0a;
  const heapBefore = process.memoryUsage().heapUsed;
  const startedMs = performance.now();
  t.deepEqual(decode(flood).metrics, []);
  t.true(performance.now() - startedMs < 1000);
  t.true(process.memoryUsage().heapUsed - heapBefore < 64 << 20);
});

test('an export of several resources is read whole', (t) => {
  const two = exportOf(typicalMetrics());
  two.resourceMetrics.push(...exportOf(typicalMetrics()).resourceMetrics);
  const raw = decode(toBinary(ExportRequestSchema, two));
  t.is(raw.metrics.length, 6);
  t.is(raw.claims.length, 2);
  t.is(raw.ignoredMetrics, 6);
});
