import { fromBinary } from '@bufbuild/protobuf';
import test from 'ava';
import fc from 'fast-check';
import { rawAnswer, refusalAnswer, successAnswer } from '../../controller/ingest/answer.ts';
import { refusalReasons, refusals } from '../../controller/ingest/refusal.ts';
import { ExportResponseSchema, StatusSchema } from './oracle/generated/metrics_pb.ts';

test('any partial success is read back as it was meant, in both formats', (t) => {
  const property = fc.property(
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    fc.string(),
    (rejected, message) => {
      const binary = fromBinary(ExportResponseSchema, successAnswer('protobuf', rejected, message).body);
      t.is(binary.partialSuccess?.rejectedDataPoints, BigInt(rejected));
      t.is(binary.partialSuccess?.errorMessage, message.toWellFormed());
      const json: unknown = JSON.parse(successAnswer('json', rejected, message).body.toString());
      t.deepEqual(json, { partialSuccess: { rejectedDataPoints: String(rejected), errorMessage: message } });
    },
  );
  fc.assert(property);
});

test('a long message is cut', (t) => {
  const { partialSuccess } = fromBinary(
    ExportResponseSchema,
    successAnswer('protobuf', 1, 'é'.repeat(9000)).body,
  );
  t.is(partialSuccess?.errorMessage.length, 2000);
});

for (const refusal of refusalReasons) {
  const [status, code, text] = refusals[refusal];
  test(`${refusal} is ${status} with a Status in both formats`, (t) => {
    const binary = refusalAnswer('protobuf', { refusal });
    t.is(binary.status, status);
    t.like(fromBinary(StatusSchema, binary.body), { code, message: text });
    const json = refusalAnswer('json', { refusal });
    t.deepEqual(JSON.parse(json.body.toString()), { code, message: text });
    const mayRetry = status === 429 || status === 503;
    t.is(json.headers['retry-after'], mayRetry ? '1' : undefined);
    t.is(json.headers['www-authenticate'] !== undefined, status === 401);
  });
}

test('a raw answer is HTTP that ends the connection', (t) => {
  const answer = rawAnswer(refusalAnswer('json', { refusal: 'TooSlow' })).toString();
  const [head, body] = answer.split('\r\n\r\n');
  t.regex(head ?? '', /^HTTP\/1\.1 408 Request Timeout\r\n/);
  t.regex(head ?? '', new RegExp(`content-length: ${body?.length}\r\nconnection: close$`));
});
