import type { PredictiveScaler } from '../api/predictive-scaler.ts';
import type { Target } from '../policy/observation.ts';
import type { Cluster, Leadership } from '../ports.ts';

/** Who asks: a ScaledObject, by the trigger that names a PredictiveScaler. */
export interface Question {
  readonly name: string;
  readonly namespace: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export type Answer<Value> =
  | { readonly kind: 'known'; readonly value: Value }
  | { readonly kind: 'refused'; readonly why: Refusal; readonly message: string };

/** `Away`: another replica knows, or this one will; the rest somebody must change. */
export type Refusal = 'Away' | 'Misnamed' | 'NotFound' | 'NotAsked';

export interface Sources {
  readonly cluster: Pick<Cluster, 'scalers' | 'target' | 'staleSeconds'>;
  readonly leadership: Leadership;
}

/** An older view may hold a number of replicas that nobody wants any more. */
const STALE_AFTER_SECONDS = 60;
const NAMES_TOLD = 5;

/** The PredictiveScaler that a trigger names, if KEDA may follow it. */
export function scalerFor(question: Question, { cluster, leadership }: Sources): Answer<PredictiveScaler> {
  if (!leadership.current().leading) return refuse('Away', 'this replica of Foresail does not lead');
  const { namespace, name, metadata } = question;
  const trigger = `metadata.scaler of the external trigger of ScaledObject ${namespace}/${name}`;
  const wanted = metadata.scaler ?? '';
  if (wanted === '') {
    return refuse('Misnamed', `${trigger} must be the name of a PredictiveScaler of namespace ${namespace}`);
  }
  const there = cluster.scalers().filter((one) => one.namespace === namespace);
  const scaler = there.find((one) => one.name === wanted);
  if (scaler === undefined) {
    const names = there.map((one) => one.name).sort();
    const some =
      names.length > NAMES_TOLD ? `${names.slice(0, NAMES_TOLD).join(', ')}, ...` : names.join(', ');
    const others = some === '' ? 'there is none that is valid' : `there are ${some}`;
    return refuse('NotFound', `${trigger} must name a valid PredictiveScaler; ${wanted} is none, ${others}`);
  }
  const { kind } = scaler.spec.actuation;
  if (kind === 'ExternalScaler') return { kind: 'known', value: scaler };
  return refuse(
    'NotAsked',
    `spec.actuation.kind of PredictiveScaler ${namespace}/${wanted} must be ExternalScaler for KEDA to follow it; is ${kind}`,
  );
}

/**
 * How many replicas the ScaledObject is to have. Where Foresail may not act (mode, pause, another writer), that is what the
 * workload has: the answer moves nothing.
 */
export function replicasFor(question: Question, sources: Sources): Answer<number> {
  const found = scalerFor(question, sources);
  if (found.kind === 'refused') return found;
  const { cluster } = sources;
  if (!(cluster.staleSeconds() <= STALE_AFTER_SECONDS)) {
    return refuse('Away', 'the view of the cluster is not fresh');
  }
  const { namespace } = question;
  const { kind, name } = found.value.spec.scaleTargetRef;
  const target = cluster.target({ namespace, kind, name });
  if (target === undefined) return refuse('NotFound', `${kind} ${namespace}/${name} must exist to be scaled`);
  return target.asker === question.name
    ? { kind: 'known', value: target.replicas }
    : refuse('NotAsked', strangerText(question, found.value, target));
}

function strangerText(
  { namespace, name }: Question,
  { name: scaler, spec: { scaleTargetRef } }: PredictiveScaler,
  { asker, actuatorMissing, rivalsUnknown }: Target,
): string {
  const must = `scaleTargetRef of ScaledObject ${namespace}/${name} must be ${scaleTargetRef.kind} ${scaleTargetRef.name}, as in PredictiveScaler ${scaler}`;
  if (asker !== undefined) return `${must}; ScaledObject ${asker} is the one that scales it`;
  return `${must}; ${rivalsUnknown ?? actuatorMissing ?? 'no HPA of a ScaledObject scales it yet'}`;
}

function refuse(why: Refusal, message: string): Extract<Answer<never>, { kind: 'refused' }> {
  return { kind: 'refused', why, message };
}
