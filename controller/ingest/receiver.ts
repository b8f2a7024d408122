import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../clock.ts';
import type { Identifier } from '../ports.ts';
import type { Report } from '../series/report.ts';
import { successAnswer } from './answer.ts';
import { Complaints, type ReceiverLogger } from './complaints.ts';
import { knock } from './door.ts';
import { createHttpServer, type Desk } from './http-server.ts';
import { IdentityCache, type IdentityCacheOptions } from './identity-cache.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { listenError } from './listen-error.ts';
import { PodGate } from './pod-gate.ts';
import { Counters, type ReceiverStats } from './receiver-stats.ts';
import { type Refused, refusals } from './refusal.ts';
import { type TakeParts, takeExport } from './take-export.ts';

export interface ReceiverOptions {
  readonly identifier: Identifier;
  /** Called once per export that had points; must not block. */
  readonly onReport: (report: Report) => void;
  readonly ownMetrics?: TakeParts['ownMetrics'];
  readonly clock?: Clock;
  readonly limits?: Partial<Limits>;
  readonly identityCache?: Partial<Omit<IdentityCacheOptions, 'identifier' | 'clock'>>;
  readonly logger?: ReceiverLogger;
}

export interface Receiver {
  /** Port 0 takes any that is free. Throws a ListenError that says what to change. */
  listen(port: number, host: string): Promise<void>;
  /** Where it listens; throws before {@link listen}. */
  address(): AddressInfo;
  stats(): ReceiverStats;
  /** Call when a pod is gone, so that its token is reviewed anew. */
  forget(podUid: string): void;
  /** Refuses what is new with 503, gives what is under way a moment, then ends. */
  close(): Promise<void>;
}

/** The OTLP/HTTP metrics receiver: POST /v1/metrics as opentelemetry-proto's specification has it. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { identifier, onReport, ownMetrics, clock = systemClock } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const identities = new IdentityCache({ ...options.identityCache, identifier, clock });
  const gate = new PodGate(limits, clock);
  const counters = new Counters();
  const complaints = new Complaints(options.logger, clock);
  let closing = false;
  const desk: Desk = {
    limits,
    knock: async (request) =>
      closing ? { refusal: 'Closing' } : knock(request, { identities, gate, limits }),
    take: async (body, visitor) => {
      const parts = { clock, limits, counters, complaints, onReport, ownMetrics };
      const { rejectedPoints, message } = await takeExport(body, visitor, parts);
      counters.exports[rejectedPoints === 0 ? 'accepted' : 'partial'] += 1;
      return successAnswer(visitor.format, rejectedPoints, message);
    },
    refused: (refused, error) => {
      counters.refused[refused.refusal] += 1;
      complain(complaints, refused, error);
    },
  };
  const app = createHttpServer(desk);
  app.server.on('drop', () => {
    counters.droppedConnections += 1;
  });

  return {
    async listen(port, host) {
      try {
        await app.listen({ port, host });
      } catch (error) {
        throw listenError(port, host, error);
      }
    },
    address() {
      const address = app.server.address();
      if (address === null || typeof address === 'string') throw new TypeError('listen must be called first');
      return address;
    },
    stats: () => counters.snapshot(gate.inFlight, identities.stats()),
    forget: (podUid) => identities.forget(podUid),
    async close() {
      closing = true;
      const closed = new AbortController();
      const cutOff = () => app.server.closeAllConnections();
      clock.sleep(limits.closeGraceMs, closed.signal).then(cutOff, () => undefined);
      await app.close();
      closed.abort();
    },
  };
}

/** A refusal is worth a line where somebody must act; strays and broken HTTP are only counted. */
function complain(complaints: Complaints, refused: Refused, error: unknown): void {
  const { refusal, message = refusals[refusal][2], detail } = refused;
  if (refusal === 'Internal') complaints.error({ err: error }, message);
  else if (refusals[refusal][0] !== 404)
    complaints.warn(refusal, { refusal, detail }, `export refused: ${message}`);
}
