/**
 * Why a data point is not used. It is counted, named to the sender in partial_success, and never becomes a zero. The
 * texts say what must be; the codes are label values of a metric and are never reused for something else.
 */
export const rejections = {
  NotFinite: 'a value must be sent and be finite (not absent, NaN or infinite)',
  Negative: 'counts, values and bounds must not be negative',
  Overflow: 'values and counts must be at most 2^53 - 1',
  NoRecordedValue: 'a point with the flag NO_RECORDED_VALUE says that its series ended',
  NoStamp: 'timeUnixNano, and startTimeUnixNano of sums and histograms, must be set',
  FutureStamp: "timeUnixNano must be at most 5 minutes ahead of the controller's clock",
  StampsReversed: 'startTimeUnixNano must be before timeUnixNano',
  WrongShape: 'the metric must be of the kind the vocabulary gives it (sum, gauge, histogram)',
  WrongUnit: 'the unit must be that of the vocabulary, or the value would be misread',
  NoTemporality: 'aggregationTemporality must be 1 (delta) or 2 (cumulative)',
  NotMonotonic: 'isMonotonic must be true: requests only ever add up',
  UnknownAttribute: 'a point must have exactly the attributes of the vocabulary, with its values',
  BoundsUnordered: 'explicitBounds must be finite and ascending, without repeats',
  BucketMismatch: 'bucketCounts must have one more entry than explicitBounds and sum to count',
  TooManyBuckets: 'a histogram must have fewer buckets; lower the resolution',
} as const;

export type Rejection = keyof typeof rejections;

export const rejectionReasons = Object.keys(rejections) as readonly Rejection[];
