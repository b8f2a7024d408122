import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { MethodDefinition } from '@grpc/grpc-js';
import {
  ExternalScaler,
  type GetMetricSpecResponse,
  GetMetricSpecResponseSchema,
  type GetMetricsRequest,
  type GetMetricsResponse,
  GetMetricsResponseSchema,
  type IsActiveResponse,
  IsActiveResponseSchema,
  type ScaledObjectRef,
} from './generated/external_scaler_pb.ts';

export const METRIC = 'foresail-replicas';

/**
 * With a target of 1 per replica and the type AverageValue, which is KEDA's default, the HPA asks for ceil(value / 1): the
 * value itself.
 */
const TARGET = 1;

export const metricSpec = (): GetMetricSpecResponse =>
  create(GetMetricSpecResponseSchema, {
    metricSpecs: [{ metricName: METRIC, targetSize: BigInt(TARGET), targetSizeFloat: TARGET }],
  });

export const metricValue = (replicas: number): GetMetricsResponse =>
  create(GetMetricsResponseSchema, {
    metricValues: [{ metricName: METRIC, metricValue: BigInt(replicas), metricValueFloat: replicas }],
  });

/** KEDA scales to zero what is not active, where the ScaledObject lets it. */
export const activity = (replicas: number): IsActiveResponse =>
  create(IsActiveResponseSchema, { result: replicas > 0 });

const { method } = ExternalScaler;

/** The service as grpc-js takes it, from what is generated of the proto file. */
export const definition = {
  isActive: definitionOf<ScaledObjectRef, IsActiveResponse>(method.isActive),
  streamIsActive: definitionOf<ScaledObjectRef, IsActiveResponse>(method.streamIsActive),
  getMetricSpec: definitionOf<ScaledObjectRef, GetMetricSpecResponse>(method.getMetricSpec),
  getMetrics: definitionOf<GetMetricsRequest, GetMetricsResponse>(method.getMetrics),
} as const;

type Method = (typeof ExternalScaler)['methods'][number];

function definitionOf<Request, Response>(described: Method): MethodDefinition<Request, Response> {
  return {
    path: `/${ExternalScaler.typeName}/${described.name}`,
    requestStream: false,
    responseStream: described.methodKind === 'server_streaming',
    ...codecs(described.input, 'request'),
    ...codecs(described.output, 'response'),
  } as MethodDefinition<Request, Response>;
}

function codecs(schema: DescMessage, side: 'request' | 'response') {
  return {
    [`${side}Serialize`]: (message: MessageShape<DescMessage>) => Buffer.from(toBinary(schema, message)),
    [`${side}Deserialize`]: (bytes: Buffer) => fromBinary(schema, bytes),
  };
}
