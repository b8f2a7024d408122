import pino, { type Logger } from 'pino';
import { explain } from '../policy/explain.ts';
import type { Account, Recorder } from '../ports.ts';
import { workloadKey } from '../workload.ts';

export type { Logger };

/** JSON lines on stdout, as a cluster's log collectors expect. Tokens and authorization headers never get in. */
export function createLogger(level: string, destination: NodeJS.WritableStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: ['token', 'authorization', '*.token', '*.authorization', 'headers.authorization'],
    },
    destination as pino.DestinationStream,
  );
}

/** One line per decision that acts or whose reason is new; the rest at debug, so that a quiet day is a quiet
 * log. At trace, every rule of every decision. */
export function logRecorder(log: Logger): Recorder {
  const last = new Map<string, string>();
  return {
    decided({ observation, decision, outcome }: Account): void {
      const key = workloadKey(observation.workload);
      const news = `${decision.reason} ${outcome?.kind ?? ''}`;
      const fresh = last.get(key) !== news;
      last.set(key, news);
      const { reason, replicas, recommended, message } = decision;
      const line = { workload: key, reason, replicas, recommended, ...(outcome ? { outcome } : {}) };
      const failed = outcome !== undefined && outcome.kind !== 'written' && outcome.kind !== 'held';
      if (failed && fresh) log.warn(line, message);
      else if (outcome?.kind === 'written' || fresh) log.info(line, message);
      else log.debug(line, message);
      if (log.isLevelEnabled('trace')) log.trace({ workload: key }, explain(decision));
    },
    forgotten: (workload) => void last.delete(workloadKey(workload)),
  };
}
