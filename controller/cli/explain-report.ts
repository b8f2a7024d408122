import { explain } from '../policy/explain.ts';
import type { Explanation } from '../policy/explanation.ts';
import { rateText, replicasText, secondsText } from '../policy/figures.ts';

/** An explanation for a person, the same whoever kept it: the controller, or a replay. */
export function explanationText(told: Explanation): string[] {
  const { workload, at, mode, message, rules } = told;
  return [
    `${workload.namespace}/${workload.kind}/${workload.name} at ${at}, mode ${mode}`,
    ...whatCameOf(told),
    '',
    ...known(told),
    '',
    ...explain({ message, trace: rules }).trimEnd().split('\n'),
    '',
    hpaSentence(told),
  ];
}

function whatCameOf({ current, replicas, recommended, outcome }: Explanation): string[] {
  if (current === undefined) return ['there is no target'];
  const change = replicas === current.replicas ? 'stay' : `become ${replicas}`;
  const held = recommended === replicas ? '' : `; ${recommended} would be right`;
  const came =
    outcome === undefined ? '' : `; the write: ${[outcome.kind, outcome.message].filter(Boolean).join(', ')}`;
  const pods = `${current.ready} ready, ${current.starting} starting`;
  return [`${replicasText(current.replicas)} (${pods}) ${change}${held}${came}`];
}

function known({ load, capacity, leadTime, boldness, objective, bounds, forecast }: Explanation): string[] {
  const { requestsPerSecond, ageSeconds } = load;
  const share =
    boldness.hotShare === null ? '' : `, which would have let ${percent(boldness.hotShare)} meet too little`;
  const lines: [string, string][] = [
    ['load', `${rate(requestsPerSecond)}${ageSeconds === null ? '' : `, ${secondsText(ageSeconds)} old`}`],
    ['a replica carries', `${rate(capacity.requestsPerSecondPerReplica)} (${capacity.source})`],
    [
      'a start takes',
      `${secondsText(leadTime.seconds)} (${leadTime.source}, ${leadTime.starts} starts seen)`,
    ],
    ['how sure to be', `${percent(boldness.probability)} (${boldness.source}${share})`],
    [
      'objective',
      `at most ${objective.budgetPercent} % may miss ${objective.thresholdMs} ms at P${objective.percentile}`,
    ],
    ['bounds', `${bounds.minReplicas} to ${bounds.maxReplicas} replicas`],
    ['forecast', forecast === undefined ? 'none' : highest(forecast)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, words]) => `${name.padEnd(width)}  ${words}`);
}

function highest({
  source,
  withinSeconds,
  p50,
  p90,
  p95,
  p99,
}: NonNullable<Explanation['forecast']>): string {
  const rates = [p50, p90, p95, p99].map(rateText).join(' / ');
  return `${rates} requests/s at the most within ${secondsText(withinSeconds)}, at P50 / 90 / 95 / 99 (${source})`;
}

function hpaSentence({ hpa, load, capacity }: Explanation): string {
  const name = `an HPA at ${hpa.targetPercent} % of what a replica carries`;
  if (hpa.replicas === null) return `What ${name} would ask for is not known.`;
  const why = `${rate(load.requestsPerSecond)}, ${rate(capacity.requestsPerSecondPerReplica)} each`;
  return `At this moment ${name} would ask for ${replicasText(hpa.replicas)} (${why}), before its 300 s of stabilization.`;
}

function rate(rps: number | null): string {
  return rps === null ? 'not known' : `${rateText(rps)} requests/s`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
