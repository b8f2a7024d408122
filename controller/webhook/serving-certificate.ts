import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { issue, type KeyAndCertificate } from './certificate.ts';

export interface ServingOptions {
  /** With ca.crt and ca.key, of which certificates are made here; or with tls.crt and tls.key, made elsewhere. */
  readonly folder: string;
  readonly dnsName: string;
  readonly lifeSeconds: number;
  readonly clock: Clock;
}

export interface Served extends KeyAndCertificate {
  readonly expiresMs: number;
  /** undefined where the certificate is made elsewhere. */
  readonly authorityExpiresMs: number | undefined;
}

/**
 * The certificate that the webhook shows. One made here is replaced at half its life, and when the authority in the
 * folder is another one; one made elsewhere when its file is another one. All replicas share the authority, so the API
 * server trusts each.
 */
export class ServingCertificate {
  readonly #options: ServingOptions;
  #source = '';
  #renewMs = 0;

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  /** A certificate when there is a newer one, and undefined when the last one is good. Throws what must be mended. */
  refresh(): Served | undefined {
    const { folder } = this.#options;
    const authority = existsSync(join(folder, 'ca.key'));
    const [certificate, key] = [
      this.#read(authority ? 'ca.crt' : 'tls.crt'),
      this.#read(authority ? 'ca.key' : 'tls.key'),
    ];
    const nowMs = this.#options.clock.wallMs();
    if (certificate + key === this.#source && nowMs < this.#renewMs) return undefined;
    const served = authority ? this.#issued(certificate, key, nowMs) : made(certificate, key);
    this.#source = certificate + key;
    this.#renewMs = authority ? nowMs + (served.expiresMs - nowMs) / 2 : Number.POSITIVE_INFINITY;
    return served;
  }

  #issued(certificate: string, key: string, nowMs: number): Served {
    const { folder, dnsName, lifeSeconds } = this.#options;
    const authority = new X509Certificate(certificate);
    const authorityExpiresMs = authority.validToDate.getTime();
    const privateKey = createPrivateKey(key);
    if (!authority.checkPrivateKey(privateKey)) {
      throw new Error(`${join(folder, 'ca.key')} must be the key of ca.crt beside it`);
    }
    const lifeMs = Math.min(lifeSeconds * 1000, authorityExpiresMs - nowMs);
    if (lifeMs <= 0) {
      throw new Error(
        `the authority in ${folder} has expired: make another with foresail webhook --print-manifests`,
      );
    }
    return {
      ...issue({ key: privateKey }, dnsName, nowMs, lifeMs),
      expiresMs: nowMs + lifeMs,
      authorityExpiresMs,
    };
  }

  #read(name: string): string {
    const file = join(this.#options.folder, name);
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new Error(
        `${file} must be a readable file (${(error as NodeJS.ErrnoException).code}): ` +
          'foresail webhook --print-manifests makes the Secret that is mounted there',
        { cause: error },
      );
    }
  }
}

function made(certificate: string, key: string): Served {
  const expiresMs = new X509Certificate(certificate).validToDate.getTime();
  return { certificate, key, expiresMs, authorityExpiresMs: undefined };
}
