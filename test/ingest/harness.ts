import type { ExecutionContext } from 'ava';
import { request } from 'undici';
import { type Clock, systemClock, VirtualClock } from '../../controller/clock.ts';
import type { ReceiverLogger } from '../../controller/ingest/complaints.ts';
import { createReceiver, type ReceiverOptions } from '../../controller/ingest/receiver.ts';
import type { Identifier, Identity } from '../../controller/ports.ts';
import type { Report } from '../../controller/series/report.ts';
import { NOW_MS } from './oracle/export.ts';

/** A cluster of known tokens. `shop-token` is pod shop-1 of Deployment store/shop; others may be added. */
export class FakeIdentifier implements Identifier {
  readonly asked: string[] = [];
  readonly answers = new Map<string, Identity>([['shop-token', podIdentity('1')]]);
  /** Set to hold every answer back until it resolves. */
  hold: Promise<void> | undefined;

  async identify(token: string): Promise<Identity> {
    this.asked.push(token);
    await this.hold;
    return (
      this.answers.get(token) ?? {
        kind: 'refused',
        reason: 'TokenRefused',
        message: 'the token is not known',
      }
    );
  }
}

export function podIdentity(number: string): Extract<Identity, { kind: 'pod' }> {
  const workload = { namespace: 'store', kind: 'Deployment', name: 'shop' };
  return { kind: 'pod', workload, podUid: `uid-${number}`, podName: `shop-${number}` };
}

/** Stamps and rates stand on a virtual clock; I/O deadlines wait on the real one. */
export function halfVirtualClock(): Clock & { advance(durationMs: number): void } {
  const virtual = new VirtualClock(NOW_MS);
  return {
    wallMs: () => virtual.wallMs(),
    monotonicMs: () => virtual.monotonicMs(),
    sleep: systemClock.sleep,
    advance: (durationMs) => virtual.advance(durationMs),
  };
}

export async function startReceiver(t: ExecutionContext, options: Partial<ReceiverOptions> = {}) {
  const identifier = new FakeIdentifier();
  const clock = halfVirtualClock();
  const reports: Report[] = [];
  const logged: { fields: object; message: string }[] = [];
  const note = (fields: object, message: string) => void logged.push({ fields, message });
  const logger: ReceiverLogger = { warn: note, error: note };
  const receiver = createReceiver({
    identifier,
    clock,
    logger,
    onReport: (report) => void reports.push(report),
    ...options,
  });
  await receiver.listen(0, '127.0.0.1');
  t.teardown(() => receiver.close());
  const { port } = receiver.address();
  const url = `http://127.0.0.1:${port}/v1/metrics`;
  return { receiver, identifier, clock, reports, logged, port, url };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export const PROTOBUF = { 'content-type': 'application/x-protobuf' } as const;
export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** POSTs with the shop's token; a header given as '' is left out. */
export async function post(
  url: string,
  body: Buffer | string,
  headers: Record<string, string> = PROTOBUF,
): Promise<Reply> {
  const all = { authorization: 'Bearer shop-token', ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const response = await request(url, { method: 'POST', body, headers: sent });
  const content = Buffer.from(await response.body.arrayBuffer());
  return { status: response.statusCode, headers: response.headers, body: content };
}

export interface StatusBody {
  readonly code: number;
  readonly message: string;
}

/** The google.rpc.Status of a JSON answer. */
export function statusOf({ body }: Reply): StatusBody {
  return JSON.parse(body.toString('utf8')) as StatusBody;
}
