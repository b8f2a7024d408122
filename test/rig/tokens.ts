import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Api, mustRequest } from './api.ts';

export type TokenRequest = {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Left out: the API server's own audience. */
  readonly audience?: string;
  /** Binds the token to this pod, as a projected token is. */
  readonly pod?: { readonly name: string; readonly uid: string };
  /**
   * From now; 3600 when left out. The API server issues nothing shorter than 600 s, so for less (also for less than
   * zero: an expired token) the token is signed by the rig, with the key that the API server signs with.
   */
  readonly expirationSeconds?: number;
};

const SHORTEST_ISSUED_SECONDS = 600;
const DEFAULT_SECONDS = 3600;

/** A service-account token, as TokenRequest gives it. */
export async function requestToken(
  api: Api,
  serviceAccountKey: string,
  request: TokenRequest,
): Promise<string> {
  const { expirationSeconds = DEFAULT_SECONDS, audience, pod } = request;
  const path = `/api/v1/namespaces/${request.namespace}/serviceaccounts/${request.serviceAccount}/token`;
  const answer = (await mustRequest(api, 'POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      ...(audience === undefined ? {} : { audiences: [audience] }),
      ...(pod && { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid } }),
      expirationSeconds: Math.max(expirationSeconds, SHORTEST_ISSUED_SECONDS),
    },
  })) as { readonly status: { readonly token: string } };
  const { token } = answer.status;
  return expirationSeconds < SHORTEST_ISSUED_SECONDS
    ? withExpiry(token, serviceAccountKey, expirationSeconds)
    : token;
}

/** The same claims with another lifetime, signed anew (ES256). */
function withExpiry(token: string, serviceAccountKey: string, expirationSeconds: number): string {
  const [header = '', payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const issuedSeconds = nowSeconds + Math.min(0, expirationSeconds - DEFAULT_SECONDS);
  const changed = {
    ...claims,
    jti: randomUUID(),
    iat: issuedSeconds,
    nbf: issuedSeconds,
    exp: nowSeconds + expirationSeconds,
  };
  const unsigned = `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}`;
  const key = createPrivateKey(readFileSync(serviceAccountKey));
  const signature = sign('sha256', Buffer.from(unsigned), { key, dsaEncoding: 'ieee-p1363' });
  return `${unsigned}.${signature.toString('base64url')}`;
}
