import { STATUS_CODES } from 'node:http';
import { type Format, mediaTypes } from './content.ts';
import { type Refused, refusals } from './refusal.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const MAX_MESSAGE_LENGTH = 2000;
const NOTHING = Buffer.alloc(0);
const EMPTY_OBJECT = Buffer.from('{}');

/** ExportMetricsServiceResponse; without rejected points partial_success must be unset, so it is empty. */
export function successAnswer(format: Format, rejectedPoints: number, message: string): Answer {
  const headers = { 'content-type': mediaTypes[format] };
  if (rejectedPoints === 0) {
    return { status: 200, headers, body: format === 'json' ? EMPTY_OBJECT : NOTHING };
  }
  const errorMessage = shorten(message);
  const body =
    format === 'json'
      ? json({ partialSuccess: { rejectedDataPoints: String(rejectedPoints), errorMessage } })
      : bytesField(1, [varintField(1, rejectedPoints), bytesField(2, [Buffer.from(errorMessage)])]);
  return { status: 200, headers, body };
}

/** google.rpc.Status, in the request's format where that is known. */
export function refusalAnswer(format: Format, refused: Refused): Answer {
  const [status, code, text] = refusals[refused.refusal];
  const message = shorten(refused.message ?? text);
  const headers: Record<string, string> = { 'content-type': mediaTypes[format] };
  if (status === 401) {
    const error = refused.refusal === 'TokenRefused' ? ', error="invalid_token"' : '';
    headers['www-authenticate'] = `Bearer realm="foresail"${error}`;
  }
  if (status === 405) headers.allow = 'POST';
  if (status === 429 || status === 503) headers['retry-after'] = String(refused.retryAfterSeconds ?? 1);
  const body =
    format === 'json'
      ? json({ code, message })
      : Buffer.concat([varintField(1, code), bytesField(2, [Buffer.from(message)])]);
  return { status, headers, body };
}

/** The answer as HTTP/1.1 bytes after which the connection ends: for where no response object serves. */
export function rawAnswer({ status, headers, body }: Answer): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    'connection: close',
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

function shorten(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH - 1)}…`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function varintField(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...varint(value)]);
}

function bytesField(field: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(content.length)]), content]);
}

/** Protobuf's base-128 numbers, lowest group first: 300 -> ac 02. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
