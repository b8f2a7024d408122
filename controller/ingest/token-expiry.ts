/**
 * Unix ms at which a JSON Web Token says that it expires; Infinity when it does not say, or is none. Read without
 * checking the signature: use it only for a token that was reviewed, and only to trust it for a shorter time.
 */
export function tokenExpiryMs(token: string): number {
  const payload = token.split('.')[1];
  if (payload === undefined) return Number.POSITIVE_INFINITY;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const expiry = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined;
    return typeof expiry === 'number' ? expiry * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
