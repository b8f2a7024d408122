import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Identifier, Identity, Pod } from '../../controller/ports.ts';
import type { Workload } from '../../controller/workload.ts';

/** The bearer token of a simulated pod: its uid, signed with a secret that lives as long as the replay. */
export function tokenOf(podUid: string, secret: string): string {
  return `${podUid}.${createHmac('sha256', secret).update(podUid).digest('base64url')}`;
}

/** Who a token is of, among the pods that exist now; what a TokenReview and the owner chain answer on a cluster. */
export function embeddedIdentifier(
  workload: Workload,
  secret: string,
  pods: () => readonly Pod[],
): Identifier {
  return {
    async identify(token): Promise<Identity> {
      const uid = token.slice(0, Math.max(0, token.lastIndexOf('.')));
      if (!sameText(token, tokenOf(uid, secret))) {
        const message = 'the token is not one of this replay';
        return { kind: 'refused', reason: 'TokenRefused', message };
      }
      const pod = pods().find((candidate) => candidate.uid === uid);
      if (!pod) return { kind: 'refused', reason: 'TokenRefused', message: `pod ${uid} does not exist` };
      return { kind: 'pod', workload, podUid: pod.uid, podName: pod.name };
    },
  };
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
