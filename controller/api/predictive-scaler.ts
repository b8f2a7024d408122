import { z } from 'zod';
import { actuationBlock } from './actuation-block.ts';
import { calendarBlock } from './calendar-block.ts';
import { signalsBlock } from './signals-block.ts';

/**
 * The PredictiveScaler, declared once: types, validation in the process, and the CRD's schema (`npm run generate`) all
 * come from here. Units are in the names. Rules across fields are in `predictive-scaler-rules.ts` as CEL.
 */
export const modes = ['Shadow', 'Advisory', 'Assisted', 'Automatic'] as const;

const replicas = z.int().min(1).max(10_000);

const step = z.strictObject({
  maxReplicas: z.int().min(1).max(10_000).optional().describe('At most this many replicas per change.'),
  maxPercent: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('At most this share of the present replicas per change.'),
  cooldownSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .describe('Least time between two changes in this direction.'),
});

const scaleDownStep = step.extend({
  rotationSeconds: z
    .int()
    .min(1)
    .max(3_600)
    .optional()
    .describe(
      'Pods that are to go leave the endpoints first and can come back for so long; their label is foresail.dev/in-rotation.',
    ),
});

export const predictiveScalerSpec = z.strictObject({
  scaleTargetRef: z
    .strictObject({
      apiVersion: z
        .string()
        .max(253)
        .regex(
          /^[a-z0-9][-a-z0-9.]*\/v[a-z0-9]+$/,
          'must be an API group and version, as argoproj.io/v1alpha1',
        )
        .default('apps/v1')
        .describe('API group and version of the target.'),
      kind: z
        .string()
        .max(63)
        .regex(/^[A-Z][A-Za-z0-9]*$/, 'must be the name of a kind, as Deployment')
        .describe(
          'What the target is: Deployment, StatefulSet, or any kind with a scale subresource that Foresail was given the right to.',
        ),
      name: z
        .string()
        .min(1)
        .max(253)
        .regex(
          /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
          'must be lower-case letters, digits, "-" and ".", with a letter or digit at both ends',
        )
        .describe('Its name.'),
    })
    .describe('What is scaled; always in the namespace of the PredictiveScaler.'),
  minReplicas: replicas.default(1).describe('Never fewer.'),
  maxReplicas: replicas.describe('Never more.'),
  mode: z
    .enum(modes)
    .default('Advisory')
    .describe(
      'Shadow computes; Advisory publishes; Assisted may add replicas; Automatic may also remove them.',
    ),
  actuation: actuationBlock
    .prefault({})
    .describe('What the number is written to. What its owner had set there is put back when this ends.'),
  paused: z.boolean().default(false).describe('true: nothing is written while this stands.'),
  objective: z
    .strictObject({
      percentile: z.number().min(50).max(99.9).default(99).describe('Which latency percentile is held.'),
      thresholdMs: z.int().min(1).max(600_000).default(250).describe('What it must stay under.'),
      budgetPercent: z
        .number()
        .min(0.01)
        .max(20)
        .default(1)
        .describe('Share of requests that may meet too little capacity.'),
    })
    .prefault({})
    .describe('What users are promised; how bold the forecast is follows from it.'),
  capacity: z
    .strictObject({
      requestsPerSecondPerReplica: z
        .number()
        .positive()
        .max(1_000_000)
        .optional()
        .describe('Pins what one replica carries; learned when absent.'),
    })
    .prefault({})
    .describe('What one replica carries.'),
  forecast: z
    .strictObject({
      mayScaleDown: z
        .boolean()
        .default(false)
        .describe('true: the forecast may also remove replicas ahead of falling load.'),
      seasonSeconds: z
        .int()
        .min(60)
        .max(604_800)
        .optional()
        .describe('The strongest period of the load; found from its history when absent.'),
      leadSeconds: z
        .int()
        .min(1)
        .max(3_600)
        .optional()
        .describe('Pins the time from decision to Ready; learned when absent.'),
    })
    .prefault({})
    .describe('How the load is looked ahead at.'),
  calendar: calendarBlock
    .optional()
    .describe(
      'Local clocks, holidays and events that the forecast knows ahead. A changed one is learned anew from history.',
    ),
  signals: signalsBlock
    .optional()
    .describe(
      'What else to look at beside the request rate; the largest need wins, and removing needs all of them. Only the request rate when absent.',
    ),
  resources: z
    .strictObject({
      recommend: z
        .boolean()
        .default(false)
        .describe(
          'true: what each container should request is learned from metrics.k8s.io and published in status.',
        ),
    })
    .optional()
    .describe('CPU and memory of the containers; recommended, never applied.'),
  behavior: z
    .strictObject({
      scaleUp: step.prefault({}).describe('Limits on adding replicas.'),
      scaleDown: scaleDownStep.prefault({}).describe('Limits on removing replicas.'),
    })
    .prefault({})
    .describe('How fast replicas may change.'),
});

export type PredictiveScalerSpec = z.output<typeof predictiveScalerSpec>;
export type Mode = (typeof modes)[number];

/** A PredictiveScaler as the controller holds it: its spec has passed validation and every default is filled in. */
export interface PredictiveScaler {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: string;
  readonly spec: PredictiveScalerSpec;
}
