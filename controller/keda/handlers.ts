import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { type Answer, type Question, type Refusal, replicasFor, type Sources, scalerFor } from './answer.ts';
import type {
  GetMetricSpecResponse,
  GetMetricsRequest,
  GetMetricsResponse,
  IsActiveResponse,
  ScaledObjectRef,
} from './generated/external_scaler_pb.ts';
import { activity, METRIC, metricSpec, metricValue } from './messages.ts';

export interface HandlersParts extends Sources {
  /** Of everything that was not answered. */
  readonly onRefused: (question: Question, why: Refusal, message: string) => void;
  /** At most so many at once; each holds a little memory for as long as KEDA likes. */
  readonly maxStreams: number;
}

const codes: Readonly<Record<Refusal, status>> = {
  Away: status.UNAVAILABLE,
  Misnamed: status.INVALID_ARGUMENT,
  NotFound: status.NOT_FOUND,
  NotAsked: status.FAILED_PRECONDITION,
};

type Stream = ServerWritableStream<ScaledObjectRef, IsActiveResponse>;

interface Listener {
  readonly stream: Stream;
  readonly question: Question;
  active: boolean | undefined;
}

/** The four calls of KEDA. All answers come from memory, so none waits for anything. */
export function createHandlers(parts: HandlersParts) {
  const listeners = new Set<Listener>();

  function fault<Value>(question: Question, answer: Answer<Value>) {
    if (answer.kind === 'known') return undefined;
    parts.onRefused(question, answer.why, answer.message);
    return { code: codes[answer.why], details: answer.message };
  }

  const unary =
    <Request, Value, Response>(
      questionOf: (request: Request) => Question,
      ask: (question: Question) => Answer<Value>,
      say: (value: Value) => Response,
    ): handleUnaryCall<Request, Response> =>
    (call, callback) => {
      const question = questionOf(call.request);
      const answer = ask(question);
      if (answer.kind === 'known') callback(null, say(answer.value));
      else callback(fault(question, answer) ?? null);
    };

  const replicas = (question: Question) => replicasFor(question, parts);

  const getMetrics: handleUnaryCall<GetMetricsRequest, GetMetricsResponse> = (call, callback) => {
    const { metricName } = call.request;
    if (metricName === METRIC) unary(metricQuestion, replicas, metricValue)(call, callback);
    else callback({ code: status.NOT_FOUND, details: `the metric must be ${METRIC}; was ${metricName}` });
  };

  const streamIsActive: handleServerStreamingCall<ScaledObjectRef, IsActiveResponse> = (stream) => {
    if (listeners.size >= parts.maxStreams) {
      const details = `${parts.maxStreams} triggers of type external-push are served at once; use type external`;
      stream.emit('error', { code: status.RESOURCE_EXHAUSTED, details });
      return;
    }
    const listener: Listener = { stream, question: questionOf(stream.request), active: undefined };
    listeners.add(listener);
    const gone = () => listeners.delete(listener);
    stream.on('cancelled', gone).on('close', gone).on('error', gone);
    push(listener);
  };

  /** An error ends the stream; KEDA comes again. */
  function push(listener: Listener): void {
    const { stream, question } = listener;
    const answer = replicas(question);
    if (answer.kind === 'refused') {
      listeners.delete(listener);
      stream.emit('error', fault(question, answer));
      return;
    }
    const message = activity(answer.value);
    if (message.result !== listener.active) stream.write(message);
    listener.active = message.result;
  }

  return {
    service: {
      isActive: unary(questionOf, replicas, activity),
      streamIsActive,
      getMetricSpec: unary<ScaledObjectRef, unknown, GetMetricSpecResponse>(
        questionOf,
        (question) => scalerFor(question, parts),
        metricSpec,
      ),
      getMetrics,
    },
    /** Tells the streams of what changed. */
    pushAll(): void {
      for (const listener of [...listeners]) push(listener);
    },
  };
}

function questionOf({ name, namespace, scalerMetadata }: ScaledObjectRef): Question {
  return { name, namespace, metadata: scalerMetadata };
}

function metricQuestion({ scaledObjectRef }: GetMetricsRequest): Question {
  return scaledObjectRef ? questionOf(scaledObjectRef) : { name: '', namespace: '', metadata: {} };
}
