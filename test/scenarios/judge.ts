import type { Tick } from './play.ts';
import type { Expectation, Scenario } from './scenario.ts';

type Of<Kind extends Expectation['kind']> = Extract<Expectation, { kind: Kind }>;

/** What a scenario expected and did not see, as `FILE:LINE: sentence: what was seen instead`; empty when all is well. */
export function judge(scenario: Scenario, ticks: readonly Tick[]): readonly string[] {
  return scenario.expectations.flatMap((expectation) => {
    const seen = fault(expectation, ticks);
    return seen === undefined ? [] : [`${scenario.file}:${expectation.line}: ${expectation.text}: ${seen}`];
  });
}

function fault(expectation: Expectation, ticks: readonly Tick[]): string | undefined {
  switch (expectation.kind) {
    case 'number':
      return numberFault(expectation, ticks);
    case 'bound': {
      const { least, most } = expectation;
      return first(ticks, ({ decision }) => decision.replicas < least || decision.replicas > most);
    }
    case 'never':
      return neverFault(expectation, ticks);
    case 'step': {
      const { does, most } = expectation;
      return first(ticks, (tick) => change(tick, does) > most);
    }
    case 'apart':
      return apartFault(expectation, ticks);
    case 'changes': {
      const changes = ticks.filter(({ decision }) => decision.act);
      return changes.length <= expectation.most ? undefined : `${changes.length} changes\n${list(changes)}`;
    }
    case 'capacity':
      return first(ticks, ({ atSeconds, hot }) => hot && atSeconds >= expectation.fromSeconds);
  }
}

function numberFault(expected: Of<'number'>, ticks: readonly Tick[]): string | undefined {
  const { fromSeconds, toSeconds, of, least, most, reason } = expected;
  const inside = ticks.filter(({ atSeconds }) => atSeconds >= fromSeconds && atSeconds <= toSeconds);
  if (inside.length === 0) return 'no tick then: times must be multiples of 15s, before the load ends';
  return first(inside, ({ decision, ready }) => {
    const number = { replicas: decision.replicas, recommended: decision.recommended, ready }[of];
    return number < least || number > most || (reason !== undefined && decision.reason !== reason);
  });
}

function neverFault({ does, during }: Of<'never'>, ticks: readonly Tick[]): string | undefined {
  const watched = ticks.filter((tick) => during === undefined || is(tick, during));
  if (watched.length === 0) return 'that never was so';
  return first(watched, (tick) => change(tick, does) > 0);
}

function apartFault({ does, leastSeconds }: Of<'apart'>, ticks: readonly Tick[]): string | undefined {
  const changes = ticks.filter((tick) => change(tick, does) > 0);
  const tooSoon = changes.filter(
    ({ atSeconds }, at) => at > 0 && atSeconds - (changes[at - 1]?.atSeconds ?? 0) < leastSeconds,
  );
  return tooSoon.length === 0 ? undefined : list(tooSoon.slice(0, 1));
}

function change({ before, decision }: Tick, does: 'adds' | 'removes'): number {
  return does === 'adds' ? decision.replicas - before : before - decision.replicas;
}

function is({ observation }: Tick, what: NonNullable<Of<'never'>['during']>): boolean {
  const { clusterStale, recent, spec, stepSeconds, telemetryAgeSeconds } = observation;
  switch (what) {
    case 'telemetry is missing':
      return telemetryAgeSeconds > 3 * stepSeconds;
    case 'telemetry is flawed':
      return recent.slice(-3).some(({ flags }) => flags.length > 0);
    case 'the view is stale':
      return clusterStale;
    case 'paused':
      return spec.paused;
  }
}

function first(ticks: readonly Tick[], wrong: (tick: Tick) => boolean): string | undefined {
  const tick = ticks.find(wrong);
  return tick === undefined ? undefined : describe(tick);
}

function list(ticks: readonly Tick[]): string {
  return ticks.map((tick) => `  ${describe(tick)}`).join('\n');
}

export function describe({ atSeconds, before, decision, rps, ready }: Tick): string {
  return (
    `at ${timeText(atSeconds)} ${before} -> ${decision.replicas} (${ready} ready, ${Math.round(rps)} requests/s) ` +
    `${decision.reason}: ${decision.message}`
  );
}

function timeText(atSeconds: number): string {
  const minutes = Math.floor(atSeconds / 60);
  const rest = atSeconds % 60;
  return `${minutes > 0 ? `${minutes}m` : ''}${rest > 0 || minutes === 0 ? `${rest}s` : ''}`;
}
