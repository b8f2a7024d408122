import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { bits, integer, octets, oid, sequence, text, time, tlv, yes } from './der.ts';

/** In PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

interface Request {
  readonly subject: string;
  readonly issuer: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const AUTHORITY = 'foresail webhook authority';
/** A clock that is behind still finds the certificate valid. */
const BACKDATED_MS = 5 * 60_000;

/**
 * A certificate authority that is good for one name only (RFC 5280 name constraints): whoever steals its key can pose
 * as the webhook, and as nothing else.
 */
export function createAuthority(dnsName: string, nowMs: number, lifeMs: number): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const permitted = tlv(0xa0, sequence(tlv(0x82, Buffer.from(dnsName))));
  const certificate = signed(privateKey, {
    ...{ subject: AUTHORITY, issuer: AUTHORITY, publicKey },
    ...{ notBeforeMs: nowMs - BACKDATED_MS, notAfterMs: nowMs + lifeMs },
    extensions: [
      extension('2.5.29.19', sequence(yes, integer([0])), yes), // basic constraints: an authority, of leaves only
      extension('2.5.29.15', bits([0b0000_0100], 2), yes), // key usage: signs certificates
      extension('2.5.29.30', sequence(permitted), yes),
      extension('2.5.29.14', octets(keyId(publicKey))),
    ],
  });
  return { key: pemKey(privateKey), certificate };
}

/** A serving certificate for the name, with a key of its own. */
export function issue(
  authority: { readonly key: KeyObject },
  dnsName: string,
  nowMs: number,
  lifeMs: number,
): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = signed(authority.key, {
    ...{ subject: dnsName, issuer: AUTHORITY, publicKey },
    ...{ notBeforeMs: nowMs - BACKDATED_MS, notAfterMs: nowMs + lifeMs },
    extensions: [
      extension('2.5.29.19', sequence(), yes), // basic constraints: no authority
      extension('2.5.29.15', bits([0b1000_0000], 7), yes), // key usage: digital signature
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))), // extended key usage: server
      extension('2.5.29.17', sequence(tlv(0x82, Buffer.from(dnsName)))), // alternative name
      extension('2.5.29.35', sequence(tlv(0x80, keyId(createPublicKey(authority.key))))),
    ],
  });
  return { key: pemKey(privateKey), certificate };
}

function signed(by: KeyObject, request: Request): string {
  const { subject, issuer, notBeforeMs, notAfterMs, publicKey, extensions } = request;
  // a serial number may have 20 bytes and must be positive and never again the same
  const serial = randomBytes(16);
  const content = sequence(
    tlv(0xa0, integer([2])), // version 3
    integer([1, ...serial]),
    ...[ECDSA_WITH_SHA256, nameOf(issuer), sequence(time(notBeforeMs), time(notAfterMs)), nameOf(subject)],
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  );
  const certificate = sequence(content, ECDSA_WITH_SHA256, bits(sign('sha256', content, by)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extension(id: string, value: Buffer, critical?: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [critical] : []), octets(value));
}

function nameOf(common: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('2.5.4.3'), text(common))));
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

function pemKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
