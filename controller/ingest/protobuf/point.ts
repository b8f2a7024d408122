import {
  emptyExponential,
  emptyHistogram,
  emptyNumber,
  type RawBuckets,
  type RawExponential,
  type RawHistogram,
  type RawNumber,
} from '../raw-export.ts';
import { keepAttribute, keepBucket } from '../sink.ts';
import { nanosToMs } from '../stamp.ts';
import { readAttribute } from './attribute.ts';
import type { WireReader } from './wire-reader.ts';

/** NumberDataPoint. Without a value it stays NaN: an absent value is not zero. */
export function readNumber(reader: WireReader): RawNumber {
  const point = emptyNumber();
  while (reader.more()) {
    const tag = reader.tag();
    switch (tag) {
      case 0x11:
        point.startMs = nanosToMs(reader.fixed64());
        break;
      case 0x19:
        point.atMs = nanosToMs(reader.fixed64());
        break;
      case 0x21:
        point.value = reader.double();
        break;
      case 0x31:
        point.value = reader.sfixed64();
        break;
      case 0x3a:
        keepAttribute(point.attributes, readAttribute(reader));
        break;
      case 0x40:
        point.flags = reader.uint32();
        break;
      default:
        reader.skip(tag, 0b111011100);
    }
  }
  return point;
}

/** HistogramDataPoint. */
export function readHistogram(reader: WireReader): RawHistogram {
  const point = emptyHistogram();
  while (reader.more()) readHistogramField(reader, point);
  return point;
}

function readHistogramField(reader: WireReader, point: RawHistogram): void {
  const tag = reader.tag();
  switch (tag) {
    case 0x11:
      point.startMs = nanosToMs(reader.fixed64());
      break;
    case 0x19:
      point.atMs = nanosToMs(reader.fixed64());
      break;
    case 0x21:
      point.count = reader.fixed64();
      break;
    case 0x31: // one bucket at a time, the form that is not packed
      keepBucket(point.counts, reader.fixed64());
      break;
    case 0x32: {
      const outerEnd = reader.enter();
      while (reader.more()) keepBucket(point.counts, reader.fixed64());
      reader.leave(outerEnd);
      break;
    }
    case 0x39:
      keepBucket(point.bounds, reader.double());
      break;
    case 0x3a: {
      const outerEnd = reader.enter();
      while (reader.more()) keepBucket(point.bounds, reader.double());
      reader.leave(outerEnd);
      break;
    }
    case 0x4a:
      keepAttribute(point.attributes, readAttribute(reader));
      break;
    case 0x50:
      point.flags = reader.uint32();
      break;
    default:
      reader.skip(tag, 0b11011011100);
  }
}

/** ExponentialHistogramDataPoint. */
export function readExponential(reader: WireReader): RawExponential {
  const point = emptyExponential();
  while (reader.more()) readExponentialField(reader, point);
  return point;
}

function readExponentialField(reader: WireReader, point: RawExponential): void {
  const tag = reader.tag();
  switch (tag) {
    case 0x0a:
      keepAttribute(point.attributes, readAttribute(reader));
      break;
    case 0x11:
      point.startMs = nanosToMs(reader.fixed64());
      break;
    case 0x19:
      point.atMs = nanosToMs(reader.fixed64());
      break;
    case 0x21:
      point.count = reader.fixed64();
      break;
    case 0x30:
      point.scale = reader.sint32();
      break;
    case 0x39:
      point.zeroCount = reader.fixed64();
      break;
    case 0x42:
      readBuckets(reader, point.positive);
      break;
    case 0x4a:
      readBuckets(reader, point.negative);
      break;
    case 0x50:
      point.flags = reader.uint32();
      break;
    case 0x71:
      point.zeroThreshold = reader.double();
      break;
    default:
      reader.skip(tag, 0b100011111011110);
  }
}

function readBuckets(reader: WireReader, buckets: RawBuckets): void {
  const outerEnd = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) buckets.offset = reader.sint32();
    else if (tag === 0x10) keepBucket(buckets.counts, reader.uint64());
    else if (tag === 0x12) {
      const packedEnd = reader.enter();
      while (reader.more()) keepBucket(buckets.counts, reader.uint64());
      reader.leave(packedEnd);
    } else reader.skip(tag, 0b110);
  }
  reader.leave(outerEnd);
}
