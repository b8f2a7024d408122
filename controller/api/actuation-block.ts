import { z } from 'zod';

/** What scales the workload by itself, above a floor that Foresail sets. */
export const floorKinds = ['HorizontalPodAutoscaler', 'ScaledObject'] as const;

/** What Foresail writes its number to: the scale, or a floor; or to nothing, and KEDA asks for it. */
export const actuationBlock = z.strictObject({
  kind: z
    .enum(['Scale', ...floorKinds, 'ExternalScaler'])
    .default('Scale')
    .describe(
      'Scale: the replicas of the target. HorizontalPodAutoscaler: its minReplicas; ScaledObject: its minReplicaCount; above that they go on scaling by their own metrics. ExternalScaler: nothing; a ScaledObject of KEDA asks for the number.',
    ),
  name: z
    .string()
    .min(1)
    .max(253)
    .regex(
      /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
      'must be lower-case letters, digits, "-" and ".", with a letter or digit at both ends',
    )
    .optional()
    .describe(
      'Which one, in the same namespace; when absent, the only one that scales the target. With ExternalScaler: which ScaledObject.',
    ),
  mayRaiseMaximum: z
    .boolean()
    .default(false)
    .describe('true: its maxReplicas is raised too where the number needs it; at most to maxReplicas here.'),
});

export type FloorKind = (typeof floorKinds)[number];
export type ActuationBlock = z.output<typeof actuationBlock>;
