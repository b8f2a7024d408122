import type { Verdict } from './decision.ts';

/** A decision, or what was kept of one. */
export interface Explained {
  readonly message: string;
  readonly trace: readonly (Omit<Verdict, 'reason'> & { readonly reason: string })[];
}

/**
 * A decision as text, for `explain` and logs: the last word, then every rule in order with the number it left. `>`
 * marks the rules that changed something.
 *
 *     12 replicas: the forecast expects up to 840 requests/s in 60 s (99 % sure), one replica carries 75
 *     > forecastDemand      12  ForecastDemand  the forecast expects up to 840 requests/s in 60 s ...
 *       reactiveFloor       12  ForecastDemand  600 requests/s now need 8 replicas
 */
export function explain({ message, trace }: Explained): string {
  const names = widest(trace.map(({ rule }) => rule));
  const numbers = widest(trace.map(({ replicas }) => `${replicas}`));
  const codes = widest(trace.map(({ reason }) => reason));
  const lines = trace.map(({ rule, replicas, reason, message: words, speaks }) => {
    const number = `${replicas}`.padStart(numbers);
    return `${speaks ? '>' : ' '} ${rule.padEnd(names)}  ${number}  ${reason.padEnd(codes)}  ${words}`;
  });
  return [message, ...lines, ''].join('\n');
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
