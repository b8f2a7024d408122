import { connect } from 'node:net';

/** One request as bytes, with a token as long as a projected ServiceAccount's. */
export function requestBytes(contentType: string, gzip: boolean, body: Buffer, sender: number): Buffer {
  const token = `${'t'.repeat(1000)}${String(sender).padStart(8, '0')}`;
  const lines = [
    'POST /v1/metrics HTTP/1.1',
    'host: 127.0.0.1',
    `authorization: Bearer ${token}`,
    `content-type: ${contentType}`,
    ...(gzip ? ['content-encoding: gzip'] : []),
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}

/** Sends each sender's request over its own connection, again as soon as it is answered. Answers per sender. */
export async function load(port: number, requests: readonly Buffer[], durationMs: number): Promise<number> {
  const endsAtMs = performance.now() + durationMs;
  const answered = await Promise.all(requests.map((request) => repeat(port, request, endsAtMs)));
  return answered.reduce((sum, count) => sum + count, 0);
}

function repeat(port: number, request: Buffer, endsAtMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setNoDelay(true).on('error', reject);
    // answers are far smaller than a segment, and there is one request under way: one piece is one answer
    socket.on('data', (piece) => {
      if (piece.toString('latin1', 9, 12) !== '200') {
        reject(new Error(`not answered with 200: ${piece.toString('latin1')}`));
        socket.destroy();
        return;
      }
      answers += 1;
      if (performance.now() < endsAtMs) socket.write(request);
      else socket.end(() => resolve(answers));
    });
  });
}
