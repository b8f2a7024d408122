import {
  emptyExponential,
  emptyHistogram,
  emptyNumber,
  type RawBuckets,
  type RawExponential,
  type RawHistogram,
  type RawNumber,
  type RawPoint,
} from '../raw-export.ts';
import { keepAttribute, keepBucket } from '../sink.ts';
import { nanosToMs } from '../stamp.ts';
import { readAttribute } from './attribute.ts';
import { asDouble, asInteger, integerIn, type JsonMessage, listIn, messageIn } from './field.ts';

/** NumberDataPoint. Without a value it stays NaN: an absent value is not zero. */
export function readNumber(message: JsonMessage): RawNumber {
  const point = emptyNumber();
  readStamps(message, point);
  const { asDouble: double, asInt: integer } = message;
  if (integer !== undefined && integer !== null) point.value = asInteger(integer, 'asInt');
  else if (double !== undefined && double !== null) point.value = asDouble(double, 'asDouble');
  return point;
}

/** HistogramDataPoint. */
export function readHistogram(message: JsonMessage): RawHistogram {
  const point = emptyHistogram();
  readStamps(message, point);
  point.count = integerIn(message, 'count');
  for (const count of listIn(message, 'bucketCounts')) {
    keepBucket(point.counts, asInteger(count, 'bucketCounts'));
  }
  for (const bound of listIn(message, 'explicitBounds')) {
    keepBucket(point.bounds, asDouble(bound, 'explicitBounds'));
  }
  return point;
}

/** ExponentialHistogramDataPoint. */
export function readExponential(message: JsonMessage): RawExponential {
  const point = emptyExponential();
  readStamps(message, point);
  point.count = integerIn(message, 'count');
  point.scale = integerIn(message, 'scale');
  point.zeroCount = integerIn(message, 'zeroCount');
  const threshold = message.zeroThreshold;
  if (threshold !== undefined && threshold !== null) {
    point.zeroThreshold = asDouble(threshold, 'zeroThreshold');
  }
  readBuckets(messageIn(message, 'positive'), point.positive);
  readBuckets(messageIn(message, 'negative'), point.negative);
  return point;
}

function readStamps(message: JsonMessage, point: RawPoint): void {
  point.startMs = nanosToMs(integerIn(message, 'startTimeUnixNano'));
  point.atMs = nanosToMs(integerIn(message, 'timeUnixNano'));
  point.flags = integerIn(message, 'flags');
  for (const attribute of listIn(message, 'attributes')) {
    keepAttribute(point.attributes, readAttribute(attribute));
  }
}

function readBuckets(message: JsonMessage | undefined, buckets: RawBuckets): void {
  if (message === undefined) return;
  buckets.offset = integerIn(message, 'offset');
  for (const count of listIn(message, 'bucketCounts')) {
    keepBucket(buckets.counts, asInteger(count, 'bucketCounts'));
  }
}
