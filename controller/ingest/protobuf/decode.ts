import { Malformed } from '../malformed.ts';
import { emptyMetric, type RawAttribute, type RawExport, type RawMetric } from '../raw-export.ts';
import { type DecodeLimits, keepAttribute, MAX_TEXT_BYTES, type OwnMetrics, Sink } from '../sink.ts';
import { claimKeys } from '../vocabulary.ts';
import { readAttribute } from './attribute.ts';
import { readExponential, readHistogram, readNumber } from './point.ts';
import type { WireReader } from './wire-reader.ts';
import { WireReader as Reader } from './wire-reader.ts';

/**
 * ExportMetricsServiceRequest from protobuf bytes. A tag below is `field << 3 | wireType`; the field numbers are those
 * of opentelemetry-proto's metrics.proto. Throws {@link Malformed} or TooLarge, nothing else.
 */
export function decodeProtobuf(bytes: Buffer, limits: DecodeLimits, own?: OwnMetrics): RawExport {
  const reader = new Reader(bytes);
  const sink = new Sink(limits, own);
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) within(reader, sink, readResourceMetrics);
    else reader.skip(tag, 0b10);
  }
  return sink;
}

/** Reads a length-delimited message with `read`, then goes on after it. */
function within<State>(
  reader: WireReader,
  state: State,
  read: (reader: WireReader, state: State) => void,
): void {
  const outerEnd = reader.enter();
  read(reader, state);
  reader.leave(outerEnd);
}

function readResourceMetrics(reader: WireReader, sink: Sink): void {
  const claims: RawAttribute[] = [];
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) within(reader, claims, readResource);
    else if (tag === 0x12) within(reader, sink, readScopeMetrics);
    else reader.skip(tag, 0b110);
  }
  if (claims.length > 0) sink.claims.push(claims);
}

function readResource(reader: WireReader, claims: RawAttribute[]): void {
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) {
      const attribute = readAttribute(reader);
      if (claimKeys.has(attribute.key)) keepAttribute(claims, attribute);
    } else reader.skip(tag, 0b10);
  }
}

function readScopeMetrics(reader: WireReader, sink: Sink): void {
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x12) within(reader, sink, readMetric);
    else reader.skip(tag, 0b100);
  }
}

/** Twice over a known metric, once over others: the name may come last, and only known ones are worth reading. */
function readMetric(reader: WireReader, sink: Sink): void {
  const start = reader.position();
  const name = readName(reader);
  if (!sink.wants(name)) {
    sink.ignoredMetrics += 1;
    return;
  }
  reader.rewind(start);
  const metric = emptyMetric();
  metric.name = name;
  sink.metrics.push(metric);
  while (reader.more()) readMetricField(reader, sink, metric);
}

function readName(reader: WireReader): string {
  let name = '';
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.text(MAX_TEXT_BYTES);
    else reader.skip(tag, 0b10);
  }
  return name;
}

function readMetricField(reader: WireReader, sink: Sink, metric: RawMetric): void {
  const tag = reader.tag();
  switch (tag) {
    case 0x0a:
      reader.text(0);
      break;
    case 0x1a:
      metric.unit = reader.text(MAX_TEXT_BYTES);
      break;
    case 0x2a:
      readData(reader, sink, metric, 'gauge');
      break;
    case 0x3a:
      readData(reader, sink, metric, 'sum');
      break;
    case 0x4a:
      readData(reader, sink, metric, 'histogram');
      break;
    case 0x52:
      readData(reader, sink, metric, 'exponential');
      break;
    case 0x5a:
      claimShape(metric, 'other');
      reader.text(0);
      break;
    default:
      reader.skip(tag, 0b111010101010);
  }
}

/** Gauge, Sum, Histogram and ExponentialHistogram have the same fields, as far as each has them. */
function readData(reader: WireReader, sink: Sink, metric: RawMetric, shape: RawMetric['shape']): void {
  claimShape(metric, shape);
  const outerEnd = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) readPoint(reader, sink, metric);
    else if (tag === 0x10) metric.temporality = reader.uint32();
    else if (tag === 0x18) metric.monotonic = reader.uint64() !== 0;
    else reader.skip(tag, 0b1110);
  }
  reader.leave(outerEnd);
}

function readPoint(reader: WireReader, sink: Sink, metric: RawMetric): void {
  sink.countPoint();
  const outerEnd = reader.enter();
  if (metric.shape === 'histogram') metric.points.push(readHistogram(reader));
  else if (metric.shape === 'exponential') metric.points.push(readExponential(reader));
  else metric.points.push(readNumber(reader));
  reader.leave(outerEnd);
}

function claimShape(metric: RawMetric, shape: RawMetric['shape']): void {
  if (metric.shape !== 'none' && metric.shape !== shape) {
    throw new Malformed(
      `metric ${metric.name} must have one kind of data, it has ${metric.shape} and ${shape}`,
    );
  }
  metric.shape = shape;
}
