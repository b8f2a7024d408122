import type { Clock } from '../clock.ts';
import { BASELINES } from './baseline.ts';
import { type Metrics, maseScale, metricsOf, peakThreshold } from './metrics.ts';
import { type Core, type Ground, type ModelName, type Played, play, type Watch } from './play.ts';
import { leadGroups, originsOf, type Protocol } from './protocol.ts';
import type { SeasonSpan } from './season.ts';
import { pooled } from './tally.ts';

export interface Candidate {
  readonly model: ModelName;
  readonly overall: Metrics;
  readonly groups: readonly LeadMetrics[];
  /** One entry per lead. */
  readonly leads: readonly LeadMetrics[];
  readonly microsecondsPerUpdate: number;
  readonly bytesPerSeries: number;
}

export interface LeadMetrics {
  readonly from: number;
  readonly to: number;
  readonly metrics: Metrics;
}

export interface Evaluation {
  readonly protocol: Protocol;
  readonly spans: readonly SeasonSpan[];
  readonly origins: number;
  /** The baselines first, whether they were asked for or not. */
  readonly candidates: readonly Candidate[];
  /** What the summary is about: the ensemble, or the first model asked for. */
  readonly headline: ModelName;
}

export interface Asked {
  readonly values: Float64Array;
  readonly protocol: Protocol;
  readonly spans: readonly SeasonSpan[];
  readonly models: readonly ModelName[];
}

export interface Parts {
  readonly core: Core;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Told what the headline's model says. */
  readonly watch?: Watch;
}

export interface Progress {
  /** Who is played. */
  readonly label: string;
  /** 0..1 of all candidates. */
  readonly share: number;
}

/** Plays every candidate on the same points; see {@link play}. */
export function* evaluate(asked: Asked, { core, clock, watch }: Parts): Generator<Progress, Evaluation> {
  const { values, protocol, spans } = asked;
  const ground = groundOf(asked);
  const headline = headlineOf(asked.models);
  const models = [...new Set<ModelName>([...BASELINES, ...asked.models])];
  const end = Math.max(1, (ground.origins.at(-1) ?? 0) + 1);
  const scale = maseScale(values, ground.origins[0] ?? 0, spans.at(-1)?.seasonSteps ?? 1);
  const candidates: Candidate[] = [];
  for (const [index, model] of models.entries()) {
    const playing = play(core, model, ground, { clock, watch: model === headline ? watch : undefined });
    let next = playing.next();
    while (!next.done) {
      yield { label: model, share: (index + next.value / end) / models.length };
      next = playing.next();
    }
    candidates.push(candidateOf(next.value, protocol.leads, scale));
  }
  return { protocol, spans, origins: ground.origins.length, candidates, headline };
}

export function headlineOf(models: readonly ModelName[]): ModelName {
  return models.includes('ensemble') ? 'ensemble' : (models[0] ?? 'naive');
}

function groundOf({ values, protocol, spans }: Asked): Ground {
  const origins = originsOf(values, protocol);
  const peakFrom = peakThreshold(values, (origins[0] ?? 0) + 1);
  return { values, leads: protocol.leads, peakFrom, origins, spans };
}

function candidateOf(played: Played, leads: number, scale: number): Candidate {
  const { model, tally, microsecondsPerUpdate, bytesPerSeries } = played;
  const of = (from: number, to: number): LeadMetrics => ({
    from,
    to,
    metrics: metricsOf(pooled(tally, from, to), scale),
  });
  return {
    model,
    overall: of(1, leads).metrics,
    groups: leadGroups(leads).map(([from, to]) => of(from, to)),
    leads: Array.from({ length: leads }, (_, index) => of(index + 1, index + 1)),
    microsecondsPerUpdate,
    bytesPerSeries,
  };
}
