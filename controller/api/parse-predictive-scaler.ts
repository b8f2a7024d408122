import { z } from 'zod';
import { calendarFault } from '../calendar/from-block.ts';
import { type PredictiveScaler, predictiveScalerSpec } from './predictive-scaler.ts';
import { refusedFields, rules } from './predictive-scaler-rules.ts';

/** Why an object is not a usable PredictiveScaler: one sentence per field, each saying what it must be. */
export interface InvalidScaler {
  readonly invalid: string;
}

const metadata = z.object({
  namespace: z.string().min(1),
  name: z.string().min(1),
  uid: z.string().min(1),
  generation: z.int().default(0),
  resourceVersion: z.string().default(''),
});

/**
 * An object as the API server gives it, checked again: it may have been stored before a rule existed, or come from a
 * file. Fills in every default.
 */
export function parsePredictiveScaler(object: unknown): PredictiveScaler | InvalidScaler {
  const parts = z.object({ metadata, spec: z.unknown() }).safeParse(object, { reportInput: true });
  if (!parts.success) return { invalid: explain(parts.error, []) };
  const spec = predictiveScalerSpec.safeParse(parts.data.spec ?? {}, { reportInput: true });
  if (!spec.success) return { invalid: explain(spec.error, ['spec']) };
  const broken = rules.filter((rule) => !rule.holds(spec.data));
  if (broken.length > 0) {
    return {
      invalid: broken.map((rule) => `${join(['spec', rule.on, rule.field])}: ${rule.message}`).join('; '),
    };
  }
  const fault = spec.data.calendar && calendarFault(spec.data.calendar);
  if (fault) return { invalid: `spec.calendar: ${fault}` };
  return { ...parts.data.metadata, spec: spec.data };
}

function explain(error: z.ZodError, prefix: readonly string[]): string {
  return error.issues.flatMap((issue) => explainIssue(issue, prefix)).join('; ');
}

function explainIssue(issue: z.core.$ZodIssue, prefix: readonly string[]): string[] {
  const at = [...prefix, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${join([...at, key])}: ${refusal(at, key)}`);
  }
  return [`${join(at)}: ${mustBe(issue)}`];
}

function refusal(at: readonly string[], key: string): string {
  const on = at.slice(1).join('.');
  const known = refusedFields.find((field) => field.on === on && field.field === key);
  return known?.message ?? 'must be left out: there is no such field';
}

function mustBe(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `must be ${issue.inclusive === false ? '>' : '>='} ${unit(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? '<' : '<='} ${unit(issue.origin, issue.maximum)}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_type':
      return issue.input === undefined
        ? `must be set (${issue.expected})`
        : `must be of type ${issue.expected}`;
    default:
      return issue.message;
  }
}

const unit = (origin: string, bound: number | bigint) =>
  origin === 'string' ? `${bound} characters long` : String(bound);

const join = (path: readonly string[]) => path.filter((part) => part !== '').join('.');
