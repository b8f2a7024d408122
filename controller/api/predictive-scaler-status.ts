import { z } from 'zod';

/** The status subresource: a few figures and conditions. Forecasts and histories are never here: they change too fast. */
export const condition = z.object({
  type: z
    .string()
    .min(1)
    .max(63)
    .describe('Ready, ScalingActive, ScalingLimited, TelemetryFresh or SoleWriter.'),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int().min(0).optional().describe('The generation of the spec this is about.'),
  lastTransitionTime: z.string().meta({ format: 'date-time' }).describe('When status last changed.'),
  reason: z.string().min(1).max(63).describe('One CamelCase word of controller/reasons.ts.'),
  message: z.string().max(1024).describe('One sentence for a person.'),
});

export const predictiveScalerStatus = z.object({
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .describe('The generation of the spec that was last acted on.'),
  currentReplicas: z.int().min(0).optional().describe('Replicas the target asks for now.'),
  desiredReplicas: z
    .int()
    .min(0)
    .optional()
    .describe('Replicas Foresail wants; as a floor, where spec.actuation sets one.'),
  forecastRps: z
    .number()
    .min(0)
    .optional()
    .describe('Upper demand over the lead time, in requests per second.'),
  model: z.string().max(63).optional().describe('Which model answered: champion, seasonal or conservative.'),
  season: z
    .string()
    .max(63)
    .optional()
    .describe(
      'The periods of the load that the forecast goes by, and whether they were given, found or assumed.',
    ),
  signal: z
    .string()
    .max(320)
    .optional()
    .describe('Which signal asks for most; absent where the request rate is the only one.'),
  budgetSpentPercent: z
    .int()
    .min(0)
    .optional()
    .describe("How much of the objective's budget of 30 days is spent; above 100 when it is overspent."),
  resources: z
    .object({
      recommendation: z
        .array(
          z.object({
            containerName: z.string().max(63),
            cpu: z.string().max(32).describe('p95 of its CPU, half-life a day.'),
            memory: z.string().max(32).describe('The highest of eight days and a fifth.'),
          }),
        )
        .max(16)
        .describe('What each container should request.'),
    })
    .optional()
    .describe('Present where spec.resources.recommend is true and an hour was read.'),
  heldPlan: z
    .object({
      hash: z.string().max(63).describe('What an approval has to name.'),
      from: z.int().min(0).describe('Replicas when it was made.'),
      to: z.int().min(0).describe('Replicas it asks for.'),
      expires: z.string().meta({ format: 'date-time' }).describe('Until when it can be approved.'),
    })
    .optional()
    .describe(
      'A plan far beyond what history supports. It waits for: foresail approve NAMESPACE/NAME --plan HASH.',
    ),
  leadSeconds: z.int().min(0).optional().describe('Time from decision to Ready that is planned with.'),
  conditions: z
    .array(condition)
    .max(16)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
});

export type PublishedStatus = z.output<typeof predictiveScalerStatus>;
export type PublishedCondition = z.output<typeof condition>;
