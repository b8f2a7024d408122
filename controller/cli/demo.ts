import { basename } from 'node:path';
import { TICK_SECONDS } from '../../bench/replay/demand.ts';
import type { NamedTrace } from '../../bench/replay/traffic.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createForecaster } from '../forecast/forecaster.ts';
import { loadTrace } from '../store/trace.ts';
import { outcomeTable } from '../ui/outcome-table.ts';
import { plot } from '../ui/plot.ts';
import { Screen } from '../ui/screen.ts';
import { type Paint, paintFor, plain } from '../ui/style.ts';
import { LEAST_COLUMNS, plotLegend, renderView } from '../ui/view.ts';
import type { ViewState } from '../ui/view-state.ts';
import { type DemoOptions, parseDemoOptions } from './demo-options.ts';
import { demoJson, outcomesOf, sentences, titled } from './demo-report.ts';
import { type Played, type Progress, playDemo, speedOf } from './demo-session.ts';
import { bandOf, hourLine } from './demo-show.ts';
import { type DemoTraffic, trafficOf } from './demo-traffic.ts';
import { Interruption } from './interruption.ts';
import { exit, type Io } from './io.ts';
import { checkLoopback } from './loopback.ts';

/** The objective's default budget of requests that may meet too little capacity. */
const BUDGET_SHARE = 0.01;
const TICK_MS = TICK_SECONDS * 1000;
/** What is not drawn on a terminal has room. */
const FILE_COLUMNS = 80;
const FINAL_PLOT_ROWS = 11;

/**
 * `foresail demo`: plays traffic through the real receiver, forecaster and policy on an embedded cluster, beside an HPA, and
 * prints what came of both. Exit code 0, 130 when interrupted (with the figures so far), 2 for bad input.
 */
export async function runDemo(args: readonly string[], io: Io, clock: Clock = systemClock): Promise<number> {
  const options = parseDemoOptions(args, io);
  const traffic = trafficOf(options, await inputOf(options));
  await checkLoopback();
  const interruption = new Interruption(io.stdout);
  const screen = new Screen(io.stdout, clock);
  const show = showing(options, traffic, io, screen);
  const restore = () => screen.close();
  process.once('exit', restore);
  try {
    // A replay must not depend on how fast the machine is: no deadline in practice, and all of the history at once.
    const forecaster = createForecaster({ deadlineMs: 60_000, tickSteps: 10_000_000 });
    const { signal } = interruption;
    const played = await playDemo({ options, traffic, forecaster, clock, signal, show });
    screen.close();
    if (interruption.readerGone) return exit.done;
    io.stdout.write(report(options, traffic, played, io));
    return played.ticks < traffic.played.pods.length ? exit.interrupted : exit.done;
  } finally {
    screen.close();
    process.off('exit', restore);
    interruption[Symbol.dispose]();
  }
}

async function inputOf({ input }: DemoOptions): Promise<NamedTrace | undefined> {
  return input === undefined ? undefined : { ...(await loadTrace(input)), source: basename(input) };
}

/** How a run is shown while it goes on: a live view on a terminal, else a line an hour, nothing beside JSON. */
function showing(
  options: DemoOptions,
  traffic: DemoTraffic,
  io: Io,
  screen: Screen,
): (progress: Progress) => void {
  if (options.output === 'json') return () => {};
  if (drawsOn(io)) {
    const paint = paintFor(io.env);
    screen.open();
    return (progress) => screen.draw((size) => renderView(viewOf(progress, traffic), size, paint));
  }
  io.stdout.write(`${opening(options, traffic)}\n`);
  return ({ tick, played }) => {
    const rows = played.flatMap(({ rows }) => rows.at(-1) ?? []);
    const line = hourLine(tick, rows, () => outcomesOf(played));
    if (line !== undefined) io.stdout.write(`${line}\n`);
  };
}

/** A terminal that says it is dumb (Emacs' shell, some CI) shows the codes that move the cursor. */
function drawsOn({ stdout, env }: Io): boolean {
  return stdout.isTTY === true && env.TERM !== 'dumb';
}

function viewOf(progress: Progress, traffic: DemoTraffic): ViewState {
  const { tick, played, log, stack } = progress;
  const { startMs, pods } = traffic.played;
  return {
    source: traffic.source,
    startMs,
    endMs: startMs + pods.length * TICK_MS,
    nowMs: tick.endMs,
    speed: speedOf(progress, startMs),
    exports: stack.exports(),
    samples: log.samples,
    sampleSeconds: TICK_SECONDS,
    band: bandOf(stack.forecast()),
    decisions: log.decisions,
    outcomes: titled(outcomesOf(played)),
  };
}

function opening({ startupSeconds, meanPods, seed }: DemoOptions, traffic: DemoTraffic): string {
  const { startMs, pods } = traffic.played;
  const hours = (pods.length * TICK_SECONDS) / 3600;
  const known = (traffic.history.pods.length * TICK_SECONDS) / 86_400;
  const lines = [
    `Playing ${hours.toFixed(hours < 10 ? 1 : 0)} h of ${traffic.source} from ${new Date(startMs).toISOString().slice(0, 16)}Z,`,
    `with ${known.toFixed(1)} days of history before it; seed ${seed}.`,
    `Mean load ${meanPods} pods; a pod is Ready ${startupSeconds} s after it is asked for.`,
  ];
  if (traffic.filledTicks > 0) {
    lines.push(
      `${traffic.filledTicks} of ${pods.length} ticks are missing in it; a straight line is played there.`,
    );
  }
  return lines.join('\n');
}

function report(options: DemoOptions, traffic: DemoTraffic, played: Played, io: Io): string {
  const complete = played.ticks === traffic.played.pods.length;
  const { startMs } = traffic.played;
  const toMs = startMs + played.ticks * TICK_MS;
  if (options.output === 'json') {
    const { startupSeconds, meanPods, seed, target: hpaTarget } = options;
    const { source, filledTicks } = traffic;
    const { ticks, exports, wallSeconds } = played;
    const run = { source, fromMs: startMs, toMs, complete, ticks, filledTicks, exports, wallSeconds };
    return `${demoJson({ ...run, startupSeconds, meanPods, seed, hpaTarget }, played.outcomes, played.log.lastChange)}\n`;
  }
  const drawn = drawsOn(io);
  const paint = drawn ? paintFor(io.env) : plain;
  const outcomes = titled(played.outcomes);
  const partly = `Interrupted: these figures are of the first ${((played.ticks * TICK_SECONDS) / 3600).toFixed(1)} h.`;
  const rate = Math.round(played.exports / Math.max(played.wallSeconds, 1e-3));
  const lines = [
    ...(drawn ? [opening(options, traffic), '', ...wholePlot(played, toMs, io, paint), ''] : ['']),
    ...outcomeTable(outcomes, drawn ? columnsOf(io) : FILE_COLUMNS, paint),
    '',
    ...(complete ? [] : [partly]),
    ...sentences(played.outcomes, BUDGET_SHARE),
    `Played in ${played.wallSeconds.toFixed(1)} s, ${played.exports} OTLP exports, ${rate} a second.`,
  ];
  return `${lines.join('\n')}\n`;
}

/** All that was played in one plot, for the scrollback. */
function wholePlot({ log, ticks }: Played, nowMs: number, io: Io, paint: Paint): string[] {
  const columns = Math.min(160, columnsOf(io));
  const secondsPerDot = Math.max(60, Math.ceil((ticks * TICK_SECONDS) / ((columns - 7) * 2)));
  const state = { samples: log.samples, sampleSeconds: TICK_SECONDS, band: undefined, nowMs };
  return [...plot(state, { columns, rows: FINAL_PLOT_ROWS, secondsPerDot }, paint), plotLegend(paint)];
}

function columnsOf({ stdout }: Io): number {
  return Math.max(LEAST_COLUMNS, stdout.columns ?? FILE_COLUMNS);
}
