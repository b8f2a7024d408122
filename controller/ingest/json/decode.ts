import { Malformed } from '../malformed.ts';
import { emptyMetric, type RawAttribute, type RawExport, type RawMetric } from '../raw-export.ts';
import { type DecodeLimits, keepAttribute, type OwnMetrics, Sink } from '../sink.ts';
import { claimKeys } from '../vocabulary.ts';
import { readAttribute } from './attribute.ts';
import { asInteger, asMessage, booleanIn, type JsonMessage, listIn, messageIn, textIn } from './field.ts';
import { parseJson } from './parse.ts';
import { readExponential, readHistogram, readNumber } from './point.ts';

/** ExportMetricsServiceRequest from OTLP's JSON. Throws Malformed or TooLarge, nothing else. */
export function decodeJson(body: Buffer, limits: DecodeLimits, own?: OwnMetrics): RawExport {
  const request = parseJson(body, limits.maxJsonElements);
  const sink = new Sink(limits, own);
  for (const value of listIn(request, 'resourceMetrics')) {
    readResourceMetrics(asMessage(value, 'resourceMetrics'), sink);
  }
  return sink;
}

function readResourceMetrics(message: JsonMessage, sink: Sink): void {
  const resource = messageIn(message, 'resource');
  const claims = resource === undefined ? [] : readClaims(resource);
  if (claims.length > 0) sink.claims.push(claims);
  for (const scope of listIn(message, 'scopeMetrics')) {
    for (const metric of listIn(asMessage(scope, 'scopeMetrics'), 'metrics')) {
      readMetric(asMessage(metric, 'metrics'), sink);
    }
  }
}

function readClaims(resource: JsonMessage): RawAttribute[] {
  const claims: RawAttribute[] = [];
  for (const value of listIn(resource, 'attributes')) {
    const attribute = readAttribute(value);
    if (claimKeys.has(attribute.key)) keepAttribute(claims, attribute);
  }
  return claims;
}

function readMetric(message: JsonMessage, sink: Sink): void {
  const name = textIn(message, 'name');
  if (!sink.wants(name)) {
    sink.ignoredMetrics += 1;
    return;
  }
  const metric = emptyMetric();
  metric.name = name;
  metric.unit = textIn(message, 'unit');
  sink.metrics.push(metric);
  readData(message, 'gauge', 'gauge', sink, metric);
  readData(message, 'sum', 'sum', sink, metric);
  readData(message, 'histogram', 'histogram', sink, metric);
  readData(message, 'exponentialHistogram', 'exponential', sink, metric);
  if (messageIn(message, 'summary') !== undefined) claimShape(metric, 'other');
}

function readData(
  message: JsonMessage,
  field: string,
  shape: RawMetric['shape'],
  sink: Sink,
  metric: RawMetric,
): void {
  const data = messageIn(message, field);
  if (data === undefined) return;
  claimShape(metric, shape);
  metric.temporality = readTemporality(data.aggregationTemporality);
  metric.monotonic = booleanIn(data, 'isMonotonic');
  for (const value of listIn(data, 'dataPoints')) {
    sink.countPoint();
    const point = asMessage(value, 'dataPoints');
    if (shape === 'histogram') metric.points.push(readHistogram(point));
    else if (shape === 'exponential') metric.points.push(readExponential(point));
    else metric.points.push(readNumber(point));
  }
}

/** A number by the rules; its protobuf name is what some encoders send. */
function readTemporality(value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (value === 'AGGREGATION_TEMPORALITY_DELTA') return 1;
  if (value === 'AGGREGATION_TEMPORALITY_CUMULATIVE') return 2;
  if (value === 'AGGREGATION_TEMPORALITY_UNSPECIFIED') return 0;
  return asInteger(value, 'aggregationTemporality');
}

function claimShape(metric: RawMetric, shape: RawMetric['shape']): void {
  if (metric.shape !== 'none') {
    throw new Malformed(
      `metric ${metric.name} must have one kind of data, it has ${metric.shape} and ${shape}`,
    );
  }
  metric.shape = shape;
}
