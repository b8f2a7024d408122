import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';

export interface Certificates {
  readonly certificate: string;
  readonly key: string;
  /** Who signs the certificates of those who may ask; undefined: anybody who reaches the port may. */
  readonly clientAuthority: string | undefined;
}

/** Reads tls.crt and tls.key, and ca.crt where it is there. Throws what must be mended. */
export function readCertificates(folder: string): Certificates {
  const authority = join(folder, 'ca.crt');
  const [certificate, key] = [read(folder, 'tls.crt'), read(folder, 'tls.key')];
  const clientAuthority = existsSync(authority) ? readFileSync(authority, 'utf8') : undefined;
  try {
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
      throw new Error('it is the key of another certificate');
    }
    if (clientAuthority !== undefined) new X509Certificate(clientAuthority);
  } catch (error) {
    throw new Error(
      `${join(folder, 'tls.key')} must be the key of the certificate in tls.crt, and ca.crt a certificate: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return { certificate, key, clientAuthority };
}

export function credentialsOf(certificates: Certificates | undefined): ServerCredentials {
  if (certificates === undefined) return ServerCredentials.createInsecure();
  const { certificate, key, clientAuthority } = certificates;
  return ServerCredentials.createSsl(
    clientAuthority === undefined ? null : Buffer.from(clientAuthority),
    [{ cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) }],
    clientAuthority !== undefined,
  );
}

export function isSame(one: Certificates | undefined, other: Certificates | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function read(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    throw new Error(`${join(folder, name)} must be readable (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}
