import { z } from 'zod';

/** Of the plan as its status names it. */
export const planHash = z
  .string()
  .min(1)
  .max(63)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'must be lower-case letters, digits and "-", with a letter or digit at both ends',
  );

export const LONGEST_APPROVAL_SECONDS = 3_600;

/** The ScaleApproval, declared once, as the PredictiveScaler is: somebody lets one held plan through. */
export const scaleApprovalSpec = z.strictObject({
  scaler: z
    .string()
    .min(1)
    .max(253)
    .describe('The PredictiveScaler whose plan it is, in the namespace of the ScaleApproval.'),
  planHash: planHash.describe('status.heldPlan.hash of that scaler. No other plan is approved.'),
  expiresSeconds: z
    .int()
    .min(1)
    .max(LONGEST_APPROVAL_SECONDS)
    .default(900)
    .describe("It holds for so long after its creation, by the API server's clock."),
  approvedBy: z
    .string()
    .min(1)
    .max(512)
    .describe('Who approves: the user name that the API server knows the creator by.'),
});

export type ScaleApprovalSpec = z.output<typeof scaleApprovalSpec>;

export const IMMUTABLE = {
  rule: 'self == oldSelf',
  message: 'must stay as it was created: another plan takes another ScaleApproval',
} as const;
