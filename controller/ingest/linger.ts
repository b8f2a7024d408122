import type { Socket } from 'node:net';

/** How long a refused sender has to read why. */
const LINGER_MS = 500;

/**
 * Answers a request whose body has not been read, and ends the connection without reading it. Closing at once would
 * reset the connection, since bytes wait unread, and the reset could overtake the answer: so only our side is ended
 * first, and the rest after a moment. Meanwhile the socket stays paused, and the sender's bytes stay with the sender.
 */
export function answerAndLinger(socket: Socket, answer: Buffer): void {
  socket.on('error', () => socket.destroy());
  socket.end(answer);
  socket.setTimeout(LINGER_MS, () => socket.destroy());
}
