import { TICK_SECONDS } from '../../bench/replay/demand.ts';
import { HOT_UTILISATION } from '../../bench/replay/latency.ts';
import { isHot } from '../../bench/replay/outcome.ts';
import { rowsOf } from '../../bench/replay/schedule.ts';
import type { Policy, Simulated, SimulationParts } from '../../bench/replay/simulation.ts';
import type { Trace } from '../series/trace.ts';
import { grouped, percent } from '../ui/amount.ts';
import { plot } from '../ui/plot.ts';
import { cut, type Look, type Paint } from '../ui/style.ts';
import { type TableRow, table } from '../ui/table.ts';
import { LEAST_COLUMNS } from '../ui/view.ts';
import type { SimulateOptions } from './simulate-options.ts';

export interface Played {
  readonly trace: Trace;
  readonly parts: SimulationParts;
  readonly simulated: readonly Simulated[];
}

export interface Canvas {
  readonly columns: number;
  readonly paint: Paint;
}

const PLOT_ROWS = 11;
const MOST_PLOT_COLUMNS = 120;
const DAY_SECONDS = 86_400;

/** The judged part as JSON. What is not known is null. */
export function simulateJson({ trace, parts, simulated }: Played, options: SimulateOptions): string {
  const { demand, fromTick } = parts;
  const at = (tick: number) => new Date(demand.startMs + tick * TICK_SECONDS * 1000).toISOString();
  const document = {
    input: trace.source,
    stepSeconds: trace.stepSeconds,
    tickSeconds: TICK_SECONDS,
    startupSeconds: options.startupSeconds,
    warmupSeconds: options.warmupSeconds,
    meanPods: options.meanPods,
    objectivePercent: options.objective,
    noise: options.noise,
    seed: options.seed,
    capacity: options.capacity,
    from: at(fromTick),
    to: at(demand.pods.length),
    ticks: demand.pods.length,
    judgedTicks: demand.pods.length - fromTick,
    missingTicks: demand.missing,
    policies: Object.fromEntries(
      simulated.map(({ policy, verdict, target, meetsLimit }) => [
        policy,
        { ...verdict, target, meetsLimit },
      ]),
    ),
  };
  return JSON.stringify(document, (_, value) => (Number.isNaN(value) ? null : value), 2);
}

/** What a person reads: what was replayed, a plot, the figures side by side, and who won. */
export function simulateReport(
  played: Played,
  options: SimulateOptions,
  { columns, paint }: Canvas,
): string[] {
  return [
    cut(played.trace.source, 500),
    ...opening(played, options),
    '',
    ...drawing(played, Math.max(LEAST_COLUMNS, Math.min(MOST_PLOT_COLUMNS, columns)), paint),
    ...table(
      HEAD,
      played.simulated.map((one) => lineOf(one, played.parts.limit)),
      paint,
    ),
    '',
    ...NOTES.map((line) => paint('faint', line)),
    '',
    ...sentences(played),
  ];
}

const HEAD = ['', 'pod-hours', '/ tuned', 'gap', 'hot', 'P99 ms', 'turns/day', 'lead s', 'short', 'over'];
const NOTES = [
  '/ tuned: cost by that of the HPA whose target was chosen in hindsight. gap: share of the way from there to the',
  'oracle. hot: requests while demand was above 0.9 x ready pods. lead: asked earlier than the tuned HPA on rises.',
  'short, over: mean share of pods missing, and beyond need.',
];

function opening({ parts, trace }: Played, options: SimulateOptions): string[] {
  const { demand, fromTick } = parts;
  const days = (ticks: number) => ((ticks * TICK_SECONDS) / DAY_SECONDS).toFixed(1);
  const judged = demand.pods.length - fromTick;
  const learned = fromTick > 0 ? `after ${days(fromTick)} days to learn from` : 'from a cold start';
  const noise =
    options.noise && trace.stepSeconds > TICK_SECONDS ? `noise of seed ${options.seed}` : 'no noise added';
  return [
    `${days(judged)} days judged, ${learned}; ticks of ${TICK_SECONDS} s, ${noise}.`,
    `Mean load ${options.meanPods} pods; a pod is Ready ${options.startupSeconds} s after it is asked for; at most ${options.objective} % of the requests may run hot.`,
    ...(demand.missing > 0 ? [`${grouped(demand.missing)} ticks are missing in it and are not judged.`] : []),
  ];
}

/** Foresail, or who comes first, beside the tuned HPA, over all that was judged. */
function drawing({ simulated, parts }: Played, columns: number, paint: Paint): string[] {
  const [ours] = simulated;
  if (!ours) return [];
  const rival = simulated.find(({ policy }) => policy.startsWith('hpa') && policy !== ours.policy) ?? ours;
  const rows = rowsOf(ours.schedule, parts.fromTick);
  const others = rowsOf(rival.schedule, parts.fromTick);
  const samples = rows.map((row, index) => ({
    demand: row.demand,
    capacity: row.ready * HOT_UTILISATION,
    rivalCapacity: (others[index]?.ready ?? 0) * HOT_UTILISATION,
    hot: isHot(row),
  }));
  const secondsPerDot = Math.max(60, Math.ceil((rows.length * TICK_SECONDS) / ((columns - 7) * 2)));
  const nowMs = (rows.at(-1)?.atMs ?? 0) + TICK_SECONDS * 1000;
  const state = { samples, sampleSeconds: TICK_SECONDS, band: undefined, nowMs };
  return [
    `${paint('demand', 'demand')} in pods, what ${paint('capacity', ours.policy)} and ${paint('rival', rival.policy)} could carry`,
    ...plot(state, { columns, rows: PLOT_ROWS, secondsPerDot }, paint),
    '',
  ];
}

function lineOf({ policy, verdict, target }: Simulated, limit: number): TableRow {
  const known = (value: number, text: string) => (Number.isFinite(value) ? text : '-');
  const { podHours, costVsTunedHpa, gapClosed, hotShare, p99Ms, reversalsPerDay, thetaU, thetaO } = verdict;
  const lead = verdict.leadTimeGainedSeconds;
  return {
    look: lookOf(hotShare, limit),
    cells: [
      target === undefined ? policy : `${policy} ${target} %`,
      grouped(Math.round(podHours)),
      known(costVsTunedHpa, costVsTunedHpa.toFixed(3)),
      known(gapClosed, `${Math.round(gapClosed * 100)} %`),
      percent(hotShare, 2),
      known(p99Ms, grouped(Math.round(p99Ms))),
      reversalsPerDay.toFixed(1),
      known(lead, `${Math.round(lead)}`),
      percent(thetaU),
      percent(thetaO),
    ],
  };
}

/** Red: it spoils more than it may. */
function lookOf(hotShare: number, limit: number): Look | undefined {
  return hotShare > limit ? 'bad' : undefined;
}

function sentences({ simulated, parts }: Played): string[] {
  const by = (name: Policy) => simulated.find(({ policy }) => policy === name);
  const [ours, tuned] = [by('foresail'), by('hpa-tuned')];
  const lines: string[] = [];
  if (tuned?.meetsLimit === false) {
    lines.push(
      `No target of an HPA holds ${parts.limit * 100} %; ${tuned.target} % misses it least and is what all are measured by.`,
    );
  }
  if (ours) {
    const { costVsTunedHpa, hotShare } = ours.verdict;
    const change = (costVsTunedHpa - 1) * 100;
    const cost = `${Math.abs(change).toFixed(1)} % ${change < 0 ? 'less' : 'more'} than an HPA tuned in hindsight`;
    lines.push(
      `Foresail costs ${cost}, and ${percent(hotShare, 2)} of the requests run hot (${percent(parts.limit, 2)} may).`,
    );
  }
  return lines;
}
