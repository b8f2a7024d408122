import type { Clock } from './clock.ts';

/** From the least severe on. */
export const levels = ['info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** One line of JSON per event on stderr. */
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

export function jsonLog(clock: Clock, write: (line: string) => void, least: Level = 'info'): Log {
  return (level, message, fields = {}) => {
    if (levels.indexOf(level) < levels.indexOf(least)) return;
    const time = new Date(clock.wallMs()).toISOString();
    write(`${JSON.stringify({ level, time, name: 'foresail-sidecar', msg: message, ...fields })}\n`);
  };
}

/**
 * Says something only when it becomes different: what fails every five seconds is one line, and its end another.
 */
export class StateLog {
  readonly #log: Log;
  readonly #states = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  bad(subject: string, message: string): void {
    if (this.#states.get(subject) === message) return;
    this.#states.set(subject, message);
    this.#log('warn', `${subject}: ${message}`);
  }

  good(subject: string, message: string): void {
    if (!this.#states.delete(subject)) return;
    this.#log('info', `${subject}: ${message}`);
  }
}
