import type { Clock } from '../clock.ts';
import type { Address } from '../config.ts';
import type { Sources } from './answer.ts';
import { type Certificates, isSame, readCertificates } from './certificates.ts';
import { createHandlers } from './handlers.ts';
import { type Listening, limits, listen } from './server.ts';

export interface ExternalScalerParts extends Sources {
  readonly clock: Clock;
  readonly address: Address;
  /** Folder with tls.crt, tls.key and, for mutual TLS, ca.crt; undefined: plain text. */
  readonly certificates: string | undefined;
  /** Told of each question that was not answered, and of what keeps this from serving. */
  readonly onTrouble: (topic: string, message: string) => void;
}

export interface ExternalScaler {
  /** Where it listens now; undefined while it does not. */
  readonly port: number | undefined;
  /** Leadership has come or gone: only the leader listens. */
  lead(leading: boolean): void;
  close(): Promise<void>;
}

export { readCertificates };

/** How often push triggers are told, the certificate's files are looked at, and a port that was taken is tried again. */
const LOOK_MS = 5_000;

/**
 * KEDA's external scaler. Only the leader listens: a follower refuses the connection, so whoever connects by a Service finds
 * the leader after a try or two, and an overtaken leader loses its connections at once.
 */
export function createExternalScaler(parts: ExternalScalerParts): ExternalScaler {
  const { clock, onTrouble } = parts;
  const read = () => (parts.certificates === undefined ? undefined : readCertificates(parts.certificates));
  const handlers = createHandlers({
    ...parts,
    maxStreams: limits.maxPushStreams,
    onRefused: ({ namespace, name }, why, message) =>
      onTrouble(
        `${why} ${namespace}/${name}`,
        `KEDA asked for ScaledObject ${namespace}/${name}: ${message}`,
      ),
  });
  let serving: { readonly listening: Listening; readonly certificates: Certificates | undefined } | undefined;
  let term: AbortController | undefined;
  let running: Promise<void> = Promise.resolve();

  async function serve(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await renew().catch((error: Error) => onTrouble('serve', error.message));
      handlers.pushAll();
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
    await stopServing();
  }

  /** Listens, or listens anew with another certificate. One that cannot be used leaves the last in place. */
  async function renew(): Promise<void> {
    const certificates = read();
    if (serving !== undefined && isSame(serving.certificates, certificates)) return;
    await stopServing();
    serving = { listening: await listen(handlers, parts.address, certificates), certificates };
  }

  async function stopServing(): Promise<void> {
    const last = serving;
    serving = undefined;
    await last?.listening.close();
  }

  function end(): void {
    term?.abort();
    term = undefined;
  }

  return {
    get port() {
      return serving?.listening.port;
    },
    lead(leading) {
      if (leading === (term !== undefined)) return;
      if (!leading) {
        end();
        return;
      }
      term = new AbortController();
      const { signal } = term;
      running = running.then(() => serve(signal));
    },
    async close() {
      end();
      await running;
    },
  };
}
