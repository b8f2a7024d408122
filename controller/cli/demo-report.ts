import type { Replayed } from '../../bench/replay/lane.ts';
import { leadTimeGained, outcomeOf } from '../../bench/replay/outcome.ts';
import { explanationOf } from '../policy/explanation.ts';
import type { Account } from '../ports.ts';
import type { PolicyOutcome } from '../ui/view-state.ts';

/** The figures of all lanes so far; the first is compared with the second. */
export function outcomesOf(played: readonly Replayed[]): PolicyOutcome[] {
  const peer = played[1];
  return played.map(({ lane, rows }, index) => ({
    name: lane,
    ...outcomeOf(rows),
    leadTimeGainedSeconds: index === 0 && peer ? leadTimeGained(rows, peer.rows).seconds : Number.NaN,
  }));
}

/** What the table says, in words, each line short enough for any terminal. */
export function sentences(outcomes: readonly PolicyOutcome[], budgetShare: number): string[] {
  const [ours, theirs] = outcomes;
  if (!ours || !theirs || Number.isNaN(ours.hotShare)) return ['Too little was played to say anything.'];
  const cost = (ours.podHours / theirs.podHours - 1) * 100;
  const compared = `${Math.abs(cost).toFixed(1)} % ${cost < 0 ? 'fewer' : 'more'} pod-hours than the HPA`;
  const costText = Math.abs(cost) < 0.05 ? 'as many pod-hours as the HPA' : compared;
  const lead = ours.leadTimeGainedSeconds;
  const leadLine = `On a rise it asked for pods ${Math.abs(Math.round(lead))} s ${lead < 0 ? 'later' : 'earlier'} than the HPA.`;
  return [
    `Foresail used ${costText}.`,
    `Requests that met too little capacity: ${percent(ours.hotShare)}, with the HPA ${percent(theirs.hotShare)}; budget ${percent(budgetShare)}.`,
    ...(Number.isNaN(lead) ? [] : [leadLine]),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

export interface DemoRun {
  readonly source: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** false: it was interrupted, and the figures are of what was played. */
  readonly complete: boolean;
  readonly ticks: number;
  readonly filledTicks: number;
  readonly exports: number;
  readonly wallSeconds: number;
  readonly startupSeconds: number;
  readonly meanPods: number;
  readonly seed: number;
  readonly hpaTarget: number;
}

/** The same with lanes by the names that people read. */
export function titled(outcomes: readonly PolicyOutcome[]): PolicyOutcome[] {
  return outcomes.map((outcome) => ({ ...outcome, name: titleOf(outcome.name) }));
}

function titleOf(lane: string): string {
  if (lane === 'foresail') return 'Foresail';
  return lane === 'hpa-default' ? 'default HPA' : lane.replace(/^hpa-(\d+)$/, 'HPA $1 %');
}

/** The run as JSON. What is not known is null. */
export function demoJson(
  run: DemoRun,
  outcomes: readonly PolicyOutcome[],
  lastChange: Account | undefined,
): string {
  const { fromMs, toMs, ...rest } = run;
  const document = {
    ...rest,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    policies: outcomes.map(({ name, ...figures }) => ({ policy: name, ...figures })),
    ...(lastChange ? { lastChange: explanationOf(lastChange) } : {}),
  };
  return JSON.stringify(document, (_, value) => (Number.isNaN(value) ? null : value), 2);
}
