import type { ExecutionContext } from 'ava';
import type { Rig } from '../rig/rig.ts';

/** One attempt of Foresail to scale a workload, as the API server recorded it. */
export interface ScaleWriteEvent {
  readonly atMs: number;
  readonly replicas: number;
  readonly code: number;
  readonly message: string;
  /** `foresail/<epoch>/<holder>`. */
  readonly manager: string;
}

const FORESAIL = 'system:serviceaccount:foresail:foresail';

export async function scaleWrites(
  rig: Rig,
  namespace: string,
  name: string,
): Promise<readonly ScaleWriteEvent[]> {
  const events = await rig.audit();
  return events
    .filter(
      (event) =>
        event.user === FORESAIL &&
        event.subresource === 'scale' &&
        event.verb === 'patch' &&
        event.namespace === namespace &&
        event.name === name,
    )
    .map((event) => ({
      atMs: Date.parse(event.requestReceivedTimestamp),
      replicas:
        (event.requestObject as { spec?: { replicas?: number } } | undefined)?.spec?.replicas ?? Number.NaN,
      code: event.responseStatus.code,
      message: event.responseStatus.message ?? '',
      manager: new URL(event.requestUri, 'https://rig').searchParams.get('fieldManager') ?? '',
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** Among the accepted writes of a span none asks for less than the one before it. */
export function assertNoScaleDown(
  t: ExecutionContext,
  writes: readonly ScaleWriteEvent[],
  fromMs: number,
  toMs: number,
): void {
  const accepted = writes.filter(({ code }) => code === 200);
  const falls = accepted.filter(({ atMs, replicas }, index) => {
    const before = accepted[index - 1];
    return atMs >= fromMs && atMs <= toMs && before !== undefined && replicas < before.replicas;
  });
  t.deepEqual(falls, []);
}

/** Who holds Foresail's Lease; empty while nobody does. */
export async function holderOf(rig: Rig): Promise<string> {
  const lease = await rig.kubectl([
    'get',
    'lease',
    'foresail',
    '-n',
    'foresail',
    '-o=jsonpath={.spec.holderIdentity}',
  ]);
  return lease.stdout;
}

/** What Foresail wrote since, its Lease left out: `patch predictivescalers/status web`. */
export async function writesSince(rig: Rig, sinceMs: number): Promise<readonly string[]> {
  const events = await rig.audit();
  return events
    .filter(
      ({ user, resource, verb, requestReceivedTimestamp }) =>
        user === FORESAIL &&
        !['leases', 'tokenreviews'].includes(resource) &&
        ['create', 'patch', 'update'].includes(verb) &&
        Date.parse(requestReceivedTimestamp) > sinceMs,
    )
    .map(({ verb, resource, subresource, name }) => `${verb} ${resource}/${subresource} ${name}`);
}
