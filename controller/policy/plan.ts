import type { Approval } from '../ports.ts';
import { PLAN_GROWTH, PLAN_SECONDS } from './constants.ts';
import type { Observation, Plan } from './observation.ts';

type Issuer = Pick<Observation, 'scaler' | 'workload'>;

/** A plan for these replicas, as of now. */
export function issued(observation: Observation, from: number, to: number): Plan {
  const { nowMs, wallMs } = observation;
  const expiresAtMs = wallMs + PLAN_SECONDS * 1000;
  const hash = hashOf(observation, { from, to, expiresAtMs });
  return { hash, from, to, sinceMs: nowMs, expiresMs: nowMs + PLAN_SECONDS * 1000, expiresAtMs };
}

/**
 * The plan that was made before, while it counts: until it expires, until its number is there, and as long as the scaler is what it
 * was then. So an approval is used once, and needs no store that says so.
 */
export function standingPlan(observation: Observation, current: number): Plan | undefined {
  const { memory, nowMs } = observation;
  const { plan } = memory;
  if (plan === undefined || !(nowMs < plan.expiresMs) || current >= plan.to) return undefined;
  return hashOf(observation, plan) === plan.hash ? plan : undefined;
}

/** The approval that lets the plan be carried out. */
export function approvalOf(plan: Plan, { approvals = [], wallMs }: Observation): Approval | undefined {
  return approvals.find(({ planHash, expiresMs }) => planHash === plan.hash && wallMs < expiresMs);
}

/**
 * The need jitters, and a plan that changed with it could never be approved: another one is made only where the need has outgrown it.
 *
 * to 100; 90 are needed | 120 | 130
 * at most 100 x 1.25
 * -> the same plan | the same | another
 */
export function covers({ to }: Plan, replicas: number): boolean {
  return replicas <= to * PLAN_GROWTH;
}

/** What an operator types. A replay has no scaler, and nobody to type it. */
export function approveCommand({ scaler, workload }: Issuer, { hash }: Plan): string {
  const { namespace, name } = scaler ?? workload;
  return `foresail approve ${namespace}/${name} --plan ${hash}`;
}

/**
 * Names a plan: of the scaler as it is now, the numbers and the time of issue. A controller that starts or takes over issues its own,
 * so what was approved for another's is void. It is a name and not a secret: who may approve is for the API server to say.
 */
function hashOf(
  { scaler, workload }: Issuer,
  { from, to, expiresAtMs }: Pick<Plan, 'from' | 'to' | 'expiresAtMs'>,
) {
  const who = scaler ? [scaler.uid, scaler.generation] : [workload.namespace, workload.kind, workload.name];
  return fnv64([...who, from, to, expiresAtMs].join(' '));
}

/** FNV-1a with 64 bits (Fowler, Noll, Vo; RFC 9923): offset basis and prime are its constants. */
function fnv64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
