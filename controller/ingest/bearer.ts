/** The token of an `Authorization: Bearer …` header (RFC 6750); undefined when there is none, or it is too long. */
export function bearerToken(authorization: string | undefined, maxBytes: number): string | undefined {
  if (authorization === undefined || authorization.length > maxBytes + 'Bearer '.length) return undefined;
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1];
}
