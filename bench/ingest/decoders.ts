import { fromBinary, fromJsonString } from '@bufbuild/protobuf';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { decodeJson } from '../../controller/ingest/json/decode.ts';
import { defaultLimits } from '../../controller/ingest/limits.ts';
import { decodeProtobuf } from '../../controller/ingest/protobuf/decode.ts';
import { ExportRequestSchema } from '../../test/ingest/oracle/generated/metrics_pb.ts';
import { sampleExport } from './sample.ts';

/**
 * The decoders by hand beside @bufbuild/protobuf's, on what a sidecar sends and on 4 MiB of empty messages: the
 * figures of docs/adr/0002-otlp-receiver.md. Run: `node bench/ingest/decoders.ts`.
 */
const sample = sampleExport(Date.now());
const binary = Buffer.from(ProtobufMetricsSerializer.serializeRequest(sample) ?? []);
const json = Buffer.from(JsonMetricsSerializer.serializeRequest(sample) ?? []);
const flood = Buffer.alloc(4 << 20);
for (let at = 0; at < flood.length; at += 2) flood[at] = 0x0a;

const contenders: Record<string, [() => unknown, () => unknown]> = {
  protobuf: [() => decodeProtobuf(binary, defaultLimits), () => fromBinary(ExportRequestSchema, binary)],
  json: [
    () => decodeJson(json, defaultLimits),
    () => fromJsonString(ExportRequestSchema, json.toString('utf8'), { ignoreUnknownFields: true }),
  ],
};

/** CPU microseconds per call, best of seven rounds: other work on the machine only ever adds. */
function microseconds(call: () => unknown): number {
  const calls = 5000;
  const rounds = Array.from({ length: 7 }, () => {
    const before = process.cpuUsage();
    for (let count = 0; count < calls; count += 1) call();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  });
  return Number(Math.min(...rounds).toFixed(1));
}

function flooded(call: () => unknown) {
  const rssBefore = process.memoryUsage.rss();
  const before = process.cpuUsage();
  call();
  const { user } = process.cpuUsage(before);
  const mib = Math.round((process.memoryUsage.rss() - rssBefore) / 2 ** 20);
  return { 'CPU ms': Math.round(user / 1000), 'RSS MiB': mib };
}

for (const [format, [own, library]] of Object.entries(contenders)) {
  console.log(format, { 'by hand, µs': microseconds(own), '@bufbuild/protobuf, µs': microseconds(library) });
}
console.log(
  '4 MiB of empty messages, by hand',
  flooded(() => decodeProtobuf(flood, defaultLimits)),
);
console.log(
  '4 MiB of empty messages, @bufbuild/protobuf',
  flooded(() => fromBinary(ExportRequestSchema, flood)),
);
