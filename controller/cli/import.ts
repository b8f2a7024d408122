import { type Clock, systemClock } from '../clock.ts';
import { resample } from '../series/resample.ts';
import { type Trace, traceEndMs } from '../series/trace.ts';
import { openHistory } from '../store/history.ts';
import { loadTrace } from '../store/trace.ts';
import { askServer } from './ask-server.ts';
import { BadInput } from './bad-input.ts';
import { type ImportOptions, parseImportOptions } from './import-options.ts';
import { exit, type Io } from './io.ts';

export interface ImportParts {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/** The controller keeps no more than this; older values would be deleted by its next clean-up. */
const RETENTION_MS = 28 * 86_400_000;
const WEEK_MS = 7 * 86_400_000;

/**
 * `foresail import`: reads a trace from CSV or a Prometheus-compatible server, brings it to the controller's step, and
 * writes it into the history file in one transaction, or not at all. Exit code 0; 2 for what the user can mend.
 */
export async function runImport(
  args: readonly string[],
  io: Io,
  parts: ImportParts = { clock: systemClock, fetch },
): Promise<number> {
  const options = parseImportOptions(args, io);
  const nowMs = parts.clock.wallMs();
  const read = await readSource(options, nowMs, io, parts);
  const trace = recent(shifted(resample(inRps(read, options), options.stepSeconds), options, nowMs), nowMs);
  await write(options, trace, io, parts.clock);
  const summary = summaryOf(options, trace);
  io.stdout.write(options.output === 'json' ? `${JSON.stringify(summary)}\n` : sentenceOf(summary));
  return exit.done;
}

async function readSource(
  { source, stepSeconds }: ImportOptions,
  nowMs: number,
  io: Io,
  parts: ImportParts,
): Promise<Trace> {
  if (source.kind === 'file') return loadTrace(source.file);
  return askServer(source, { stepSeconds, nowMs }, io, parts);
}

function inRps(trace: Trace, { unit }: ImportOptions): Trace {
  if (unit === 'rps') return trace;
  return { ...trace, values: trace.values.map((count) => count / trace.stepSeconds) };
}

/** `now`: the last step ends with the newest whole step. `weeks`: by whole weeks, so that weekday and hour stay. */
function shifted(trace: Trace, { shift }: ImportOptions, nowMs: number): Trace {
  if (shift === 'none') return trace;
  const stepMs = trace.stepSeconds * 1000;
  const toEndMs = nowMs - traceEndMs(trace);
  const byMs =
    shift === 'now' ? Math.floor(toEndMs / stepMs) * stepMs : Math.floor(toEndMs / WEEK_MS) * WEEK_MS;
  return { ...trace, startMs: Math.floor((trace.startMs + byMs) / stepMs) * stepMs };
}

/** Cuts off what the controller would not keep; refuses a trace that is all of it, or that has not happened yet. */
function recent(trace: Trace, nowMs: number): Trace {
  const stepMs = trace.stepSeconds * 1000;
  const endMs = traceEndMs(trace);
  if (endMs - stepMs > nowMs) {
    throw new BadInput(
      `${trace.source}: the last value is of ${iso(endMs - stepMs)}, which is yet to come; --shift-to-now or --shift-by-weeks moves it`,
    );
  }
  const oldestMs = Math.ceil((nowMs - RETENTION_MS) / stepMs) * stepMs;
  const old = Math.min(trace.values.length, Math.max(0, Math.round((oldestMs - trace.startMs) / stepMs)));
  const values = trace.values.subarray(old);
  if (!values.some((value) => !Number.isNaN(value))) {
    throw new BadInput(
      `${trace.source}: there is no value of the last 28 days, which is what is kept; --shift-to-now or --shift-by-weeks moves them`,
    );
  }
  return { ...trace, startMs: trace.startMs + old * stepMs, values };
}

async function write(options: ImportOptions, trace: Trace, io: Io, clock: Clock): Promise<void> {
  const onNotice = (message: string) => void io.stderr.write(`${message}\n`);
  const history = await openHistory({ path: options.historyFile, clock, onNotice });
  try {
    await history.import(options.workload, trace);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput(
      `history file ${options.historyFile}: nothing was written, it must be writable: ${reason}`,
    );
  } finally {
    await history.close();
  }
}

interface Summary {
  readonly workload: string;
  readonly historyFile: string;
  readonly source: string;
  readonly stepSeconds: number;
  readonly from: string;
  readonly to: string;
  readonly steps: number;
  readonly missing: number;
  readonly meanRps: number;
}

function summaryOf({ workload, historyFile, stepSeconds }: ImportOptions, trace: Trace): Summary {
  const known = trace.values.filter((value) => !Number.isNaN(value));
  const sum = known.reduce((total, value) => total + value, 0);
  return {
    workload,
    historyFile,
    source: trace.source,
    stepSeconds,
    from: iso(trace.startMs),
    to: iso(traceEndMs(trace)),
    steps: trace.values.length,
    missing: trace.values.length - known.length,
    meanRps: Number((sum / known.length).toPrecision(6)),
  };
}

function sentenceOf(summary: Summary): string {
  const { workload, historyFile, source, stepSeconds, from, to, steps, missing, meanRps } = summary;
  return `${workload}: ${steps} steps of ${stepSeconds} s from ${source}, ${from} to ${to}, ${missing} missing, mean ${meanRps} rps, are in ${historyFile}\n`;
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString().replace('.000Z', 'Z');
}
