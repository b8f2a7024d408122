import type { IncomingMessage } from 'node:http';

/** How long a refused sender has to read why. */
const LINGER_MS = 500;

/**
 * Answers a request whose body has not been read (to its end), and ends the connection without reading it. Closing at
 * once would reset the connection, since bytes wait unread, and the reset could overtake the answer: so only our side
 * is ended first, and the rest after a moment. Meanwhile the request is paused: what is still to come stays with the
 * sender, and nothing moves that could prolong the time-out.
 */
export function answerAndLinger(request: IncomingMessage, answer: Buffer): void {
  const { socket } = request;
  request.pause();
  socket.on('error', () => socket.destroy());
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.end(answer);
}
