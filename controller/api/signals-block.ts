import { z } from 'zod';

export const signalTypes = [
  'RequestRate',
  'InFlight',
  'QueueDepth',
  'CPU',
  'Memory',
  'Otlp',
  'External',
] as const;

export type SignalType = (typeof signalTypes)[number];

/** Signals that are a share of what the pods request; the others are an amount per replica, as autoscaling/v2 has both. */
export const utilizations: readonly SignalType[] = ['CPU', 'Memory'];
/** Signals that somebody else defines, and that need a name. */
export const named: readonly SignalType[] = ['Otlp', 'External'];

const signal = z.strictObject({
  type: z
    .enum(signalTypes)
    .describe(
      'RequestRate is always looked at and forecast. InFlight and QueueDepth come from the mesh proxy, CPU and Memory from metrics.k8s.io, ' +
        'Otlp is a gauge that the pods send themselves, External comes from external.metrics.k8s.io. Memory rarely falls when load does.',
    ),
  averageUtilization: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('CPU and Memory: percent of what the containers request that one replica may use on average.'),
  averageValue: z
    .number()
    .positive()
    .max(1e15)
    .optional()
    .describe('InFlight, QueueDepth, Otlp and External: how much of it one replica may have on average.'),
  metric: z
    .string()
    .min(1)
    .max(255)
    .regex(
      /^[A-Za-z][-A-Za-z0-9_./]*$/,
      'must be the name of a metric: a letter, then letters, digits, "_", "-", "." and "/"',
    )
    .optional()
    .describe('Otlp and External: the name of the metric.'),
  container: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('CPU and Memory: only this container; all of the pod when absent.'),
});

export const signalsBlock = z.array(signal).min(1).max(8);

export type SignalSpec = z.output<typeof signal>;

/** `CPU`, `CPU app`, `Otlp queue.depth`: unique in a list, and what messages and metrics call it. */
export function signalName({ type, metric, container }: SignalSpec): string {
  return [type, metric ?? container].filter(Boolean).join(' ');
}
