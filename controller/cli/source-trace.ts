import type { Clock } from '../clock.ts';
import { resample } from '../series/resample.ts';
import type { Trace } from '../series/trace.ts';
import { MOST_STEPS } from '../store/csv.ts';
import { loadTrace } from '../store/trace.ts';
import { askServer } from './ask-server.ts';
import { BadInput } from './bad-input.ts';
import type { Io } from './io.ts';
import type { FileSource, ServerSource } from './source-options.ts';

export interface SourceParts {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

const SERVER_STEP_SECONDS = 60;

/** The trace of a source, on steps of so many seconds; by default those of the file, or 60 s of a server. */
export async function readSource(
  source: FileSource | ServerSource,
  stepSeconds: number | undefined,
  io: Io,
  parts: SourceParts,
): Promise<Trace> {
  return source.kind === 'file'
    ? onStep(await loadTrace(source.file), stepSeconds)
    : readServer(source, stepSeconds, io, parts);
}

export async function readServer(
  source: ServerSource,
  stepSeconds = SERVER_STEP_SECONDS,
  io: Io,
  parts: SourceParts,
): Promise<Trace> {
  if (source.rangeSeconds / stepSeconds > MOST_STEPS) {
    throw new BadInput(
      `--range would be ${Math.ceil(source.rangeSeconds / stepSeconds)} steps of ${stepSeconds} s; it must be shorter, or --step-seconds longer: there must be at most ${MOST_STEPS}`,
    );
  }
  return askServer(source, { stepSeconds, nowMs: parts.clock.wallMs() }, io, parts);
}

/** Means of longer steps; throws BadInput for shorter ones. */
export function onStep(trace: Trace, stepSeconds: number | undefined): Trace {
  if (stepSeconds === undefined || stepSeconds === trace.stepSeconds) return trace;
  if (stepSeconds > trace.stepSeconds) return resample(trace, stepSeconds);
  throw new BadInput(
    `${trace.source}: --step-seconds must be at least the step of the file, ${trace.stepSeconds}; what lies between its values is not known`,
  );
}
