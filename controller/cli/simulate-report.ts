import { type Demand, TICK_SECONDS } from '../../bench/replay/demand.ts';
import { HOT_UTILISATION } from '../../bench/replay/latency.ts';
import type { Schedule } from '../../bench/replay/schedule.ts';
import type { Policy, Simulated, SimulationParts } from '../../bench/replay/simulation.ts';
import { closingsOf } from '../backtest/closings.ts';
import type { Trace } from '../series/trace.ts';
import { grouped, percent } from '../ui/amount.ts';
import { AXIS_COLUMNS } from '../ui/axis.ts';
import { plot } from '../ui/plot.ts';
import { cut, type Look, type Paint, wrapped } from '../ui/style.ts';
import { type TableRow, table } from '../ui/table.ts';
import { LEAST_COLUMNS } from '../ui/view.ts';
import type { Sample } from '../ui/view-state.ts';
import { comparisonOf, differencesJson, differencesReport } from './simulate-differences.ts';
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
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/** The judged part as JSON. What is not known is null. */
export function simulateJson({ trace, parts, simulated }: Played, options: SimulateOptions): string {
  const { demand, fromTick } = parts;
  const comparison = comparisonOf(simulated, fromTick);
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
    judgedTicks: demand.pods.length - fromTick - missingFrom(demand, fromTick),
    missingTicks: demand.missing,
    policies: Object.fromEntries(
      simulated.map(({ policy, verdict, target, meetsLimit }) => [
        policy,
        { ...verdict, target, meetsLimit },
      ]),
    ),
    ...(comparison ? { differences: differencesJson(comparison) } : {}),
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
    ...opening(played, options).flatMap((line) => wrapped(line, columns)),
    '',
    ...drawing(played, Math.max(LEAST_COLUMNS, Math.min(MOST_PLOT_COLUMNS, columns)), paint),
    ...tables(played, paint),
    ...wrapped(NOTES, columns).map((line) => paint('faint', line)),
    '',
    ...sentences(played).flatMap((line) => wrapped(line, columns)),
    ...differences(played, paint),
  ];
}

function differences({ simulated, parts }: Played, paint: Paint): string[] {
  const comparison = comparisonOf(simulated, parts.fromTick);
  return comparison ? ['', ...differencesReport(comparison, paint)] : [];
}

/** Two tables, because one would not fit 80 columns. */
const COST_HEAD = ['', 'pod-hours', '/ tuned', 'gap', 'hot', 'P99 ms'];
const COURSE_HEAD = ['', 'turns/day', 'lead s', 'short', 'over'];
const NOTES =
  '/ tuned: cost by that of the HPA whose target was chosen in hindsight. gap: share of the way from there to the ' +
  'oracle. hot: requests while demand was above 0.9 x ready pods. lead: asked earlier than the tuned HPA on rises. ' +
  'short, over: mean share of pods missing, and beyond need.';

function opening({ parts, trace }: Played, options: SimulateOptions): string[] {
  const { demand, fromTick } = parts;
  const judged = demand.pods.length - fromTick;
  const learned = fromTick > 0 ? `after ${span(fromTick)} to learn from` : 'from a cold start';
  const noise =
    options.noise && trace.stepSeconds > TICK_SECONDS ? `noise of seed ${options.seed}` : 'no noise added';
  return [
    `${span(judged)} judged, ${learned}; ticks of ${TICK_SECONDS} s, ${noise}.`,
    `Mean load ${options.meanPods} pods; a pod is Ready ${options.startupSeconds} s after it is asked for; at most ${options.objective} % of the requests may run hot.`,
    ...gaps(demand, fromTick, trace),
  ];
}

/** 1.5 days, 3.2 hours, 12 minutes. */
function span(ticks: number): string {
  const seconds = ticks * TICK_SECONDS;
  if (seconds >= DAY_SECONDS) return `${(seconds / DAY_SECONDS).toFixed(1)} days`;
  if (seconds >= HOUR_SECONDS) return `${(seconds / HOUR_SECONDS).toFixed(1)} hours`;
  return `${Math.round(seconds / 60)} minutes`;
}

/** A replay goes on through closing hours, other than a backtest: what that leaves out of the judgement is said. */
function gaps(demand: Demand, fromTick: number, { values, stepSeconds }: Trace): string[] {
  if (demand.missing === 0) return [];
  const known = Int32Array.from(values.keys()).filter((step) => !Number.isNaN(values[step] ?? Number.NaN));
  const closings = closingsOf(known, stepSeconds);
  const regular = closings
    ? [`Its gaps are regular closing hours, ${closings.openingsPerWeek} openings a week.`]
    : [];
  const judged = demand.pods.length - fromTick;
  return [
    ...regular,
    `${grouped(missingFrom(demand, fromTick))} of the ${grouped(judged)} ticks of the judged part have no value: every policy sees them as missing, and what it does then is neither judged nor paid for.`,
  ];
}

function missingFrom({ pods }: Demand, fromTick: number): number {
  return pods.subarray(fromTick).filter(Number.isNaN).length;
}

/** Foresail, or who comes first, beside an HPA or who comes next, over all that was judged; gaps stay gaps. */
function drawing({ simulated, parts }: Played, columns: number, paint: Paint): string[] {
  const [ours] = simulated;
  if (!ours) return [];
  const others = simulated.filter(({ policy }) => policy !== ours.policy);
  const rival = others.find(({ policy }) => policy.startsWith('hpa')) ?? others[0];
  const { startMs, pods } = parts.demand;
  const samples = samplesOf(ours.schedule, rival?.schedule, parts.fromTick);
  const secondsPerDot = TICK_SECONDS * Math.ceil(samples.length / ((columns - AXIS_COLUMNS) * 2));
  const nowMs = startMs + pods.length * TICK_SECONDS * 1000;
  const state = { samples, sampleSeconds: TICK_SECONDS, band: undefined, nowMs, nowName: 'end' };
  const both = rival === undefined ? '' : ` and ${paint('rival', rival.policy)}`;
  return [
    `${paint('demand', 'demand')} in pods, what ${paint('capacity', ours.policy)}${both} could carry`,
    ...plot(state, { columns, rows: PLOT_ROWS, secondsPerDot }, paint),
    '',
  ];
}

function samplesOf(ours: Schedule, rival: Schedule | undefined, fromTick: number): Sample[] {
  return Array.from(ours.demand.pods.subarray(fromTick), (demand, index) => {
    const capacity = (ours.ready[fromTick + index] ?? 0) * HOT_UTILISATION;
    const rivalCapacity = rival ? (rival.ready[fromTick + index] ?? 0) * HOT_UTILISATION : Number.NaN;
    return { demand, capacity, rivalCapacity, hot: demand > capacity };
  });
}

function tables({ simulated, parts }: Played, paint: Paint): string[] {
  const rows = (cellsOf: (one: Simulated) => readonly string[]): TableRow[] =>
    simulated.map((one) => ({
      look: lookOf(one.verdict.hotShare, parts.limit),
      cells: [nameOf(one), ...cellsOf(one)],
    }));
  return [
    ...table(COST_HEAD, rows(costCells), paint),
    '',
    ...table(COURSE_HEAD, rows(courseCells), paint),
    '',
  ];
}

function nameOf({ policy, target }: Simulated): string {
  return target === undefined ? policy : `${policy} ${target} %`;
}

function costCells({ verdict: { podHours, costVsTunedHpa, gapClosed, hotShare, p99Ms } }: Simulated) {
  return [
    grouped(Math.round(podHours)),
    known(costVsTunedHpa, costVsTunedHpa.toFixed(3)),
    known(gapClosed, `${Math.round(gapClosed * 100)} %`),
    percent(hotShare, 2),
    known(p99Ms, grouped(Math.round(p99Ms))),
  ];
}

function courseCells({ verdict }: Simulated) {
  const { reversalsPerDay, leadTimeGainedSeconds, thetaU, thetaO } = verdict;
  return [
    reversalsPerDay.toFixed(1),
    known(leadTimeGainedSeconds, `${Math.round(leadTimeGainedSeconds)}`),
    percent(thetaU),
    percent(thetaO),
  ];
}

function known(value: number, text: string): string {
  return Number.isFinite(value) ? text : '-';
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
