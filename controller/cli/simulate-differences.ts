import { type Difference, differencesOf } from '../../bench/replay/differences.ts';
import { rowsOf } from '../../bench/replay/schedule.ts';
import type { Simulated } from '../../bench/replay/simulation.ts';
import type { Paint } from '../ui/style.ts';
import { table } from '../ui/table.ts';

/** What fits a screen; `-o json` has more. */
const SHOWN = 6;
const MOST_IN_JSON = 100;

export interface Comparison {
  readonly policies: readonly [string, string];
  /** The largest first. */
  readonly stretches: readonly Difference[];
}

/** Where two policies differ; undefined when not just two were asked for. */
export function comparisonOf(simulated: readonly Simulated[], fromTick: number): Comparison | undefined {
  const [first, second, third] = simulated;
  if (!first || !second || third) return undefined;
  return {
    policies: [first.policy, second.policy],
    stretches: differencesOf(rowsOf(first.schedule, fromTick), rowsOf(second.schedule, fromTick)),
  };
}

export function differencesJson({ policies: [first, second], stretches }: Comparison) {
  return {
    stretches: stretches.length,
    largest: stretches
      .slice(0, MOST_IN_JSON)
      .map(({ fromMs, toMs, demand, pods, podHours, hotPodHours }) => ({
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        demand,
        pods: { [first]: pods[0], [second]: pods[1] },
        podHours,
        hotPodHours: { [first]: hotPodHours[0], [second]: hotPodHours[1] },
      })),
  };
}

export function differencesReport({ policies, stretches }: Comparison, paint: Paint): string[] {
  const [first, second] = policies;
  if (stretches.length === 0) return [`${first} and ${second} never differ.`];
  const rows = stretches.slice(0, SHOWN).map((one) => ({ cells: cellsOf(one) }));
  const rest = stretches.length - rows.length;
  return [
    `Where ${first} and ${second} differ most, largest first${rest > 0 ? `; ${rest} smaller stretches are not shown` : ''}:`,
    ...table(['from (UTC)', 'lasts', 'load', first, second, 'pod-hours', 'hot pod-hours'], rows, paint),
  ];
}

function cellsOf({ fromMs, toMs, demand, pods, podHours, hotPodHours }: Difference): string[] {
  return [
    new Date(fromMs).toISOString().slice(0, 16).replace('T', ' '),
    durationOf((toMs - fromMs) / 1000),
    demand.toFixed(1),
    pods[0].toFixed(1),
    pods[1].toFixed(1),
    `${podHours > 0 ? '+' : ''}${podHours.toFixed(1)}`,
    hotPodHours.map((hours) => hours.toFixed(2)).join(' / '),
  ];
}

/** 45 s, 12 min, 3.4 h, 2.5 d. */
function durationOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129_600 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}
