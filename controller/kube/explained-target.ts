import type { Workload } from '../workload.ts';
import { ApiFailure } from './api-failure.ts';
import type { Connection } from './connection.ts';
import { asKubeObject, type KubeObject, messageOf } from './kube-object.ts';
import { type ScalerRecord, scalerRecord, workloadOf } from './scaler-record.ts';

/** What a person calls a workload: a PredictiveScaler's name, or the kind and name of its target. */
export interface TargetName {
  readonly namespace: string;
  readonly kind?: string;
  readonly name: string;
}

/** A PredictiveScaler and the workload it is for. */
export interface ExplainedTarget {
  readonly scaler: ScalerRecord;
  readonly workload: Workload;
}

/** undefined: no valid scaler is called so. Throws ApiFailure or Unreachable. */
export async function findTarget(
  connection: Connection,
  { namespace, kind, name }: TargetName,
): Promise<ExplainedTarget | undefined> {
  const path = `/apis/foresail.dev/v1alpha1/namespaces/${encodeURIComponent(namespace)}/predictivescalers`;
  const scalers = (await list(connection, path)).map(scalerRecord);
  const known = scalers.flatMap((scaler) =>
    'invalid' in scaler.parsed ? [] : [{ scaler, workload: workloadOf(scaler.parsed) }],
  );
  if (kind === undefined) return known.find(({ scaler }) => scaler.ref.name === name);
  const plain = (text: string) => text.toLowerCase().replace(/s$/, '');
  return known.find(({ workload }) => plain(workload.kind) === plain(kind) && workload.name === name);
}

/** Names of the controllers' pods that run. Throws ApiFailure or Unreachable. */
export async function controllerPods(connection: Connection, namespace: string): Promise<readonly string[]> {
  const pods = await list(connection, `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, {
    labelSelector: 'app.kubernetes.io/name=foresail,app.kubernetes.io/component=controller',
  });
  return pods
    .filter(({ status }) => (status as { phase?: string } | undefined)?.phase === 'Running')
    .map(({ metadata }) => metadata.name);
}

async function list(
  connection: Connection,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly KubeObject[]> {
  const reply = await connection.send({ method: 'GET', path, query });
  if (reply.status !== 200) throw new ApiFailure(reply.status, messageOf(reply));
  const { items = [] } = reply.body as { items?: readonly unknown[] };
  // A list says the kind once, not with each of its items.
  return items.flatMap((item) => asKubeObject(item) ?? []);
}
