import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { RateProfile } from './arrivals.ts';

export type TraceOptions = {
  /** CSV `timestamp,value` (`.gz` too); left out: a generated day. */
  readonly input?: string;
  /** The trace is scaled so that its highest value is this many requests per second. */
  readonly peakRps: number;
  /** How long each row of the trace lasts when played. */
  readonly stepSeconds: number;
};

const GENERATED_STEPS = 600;
/** The generated day is played from here: the evening's rise comes within two minutes, its fall within four. */
const FIRST_HOUR = 15;

/** A trace as requests per second, to be played in real time. */
export function traceProfile(options: TraceOptions): RateProfile {
  const values = options.input === undefined ? generatedDay() : readValues(options.input);
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  const scale = highest > 0 ? options.peakRps / highest : 0;
  return values.flatMap((value) => Array.from({ length: options.stepSeconds }, () => value * scale));
}

/** Quiet nights, a morning rise and an evening peak; one step is 2.4 minutes of the day, which begins at 15:00. */
function generatedDay(): number[] {
  return Array.from({ length: GENERATED_STEPS }, (_, step) => {
    const hour = (FIRST_HOUR + (step / GENERATED_STEPS) * 24) % 24;
    const bump = (at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2));
    return 0.1 + 0.6 * bump(11, 3) + 0.9 * bump(20, 2);
  });
}

function readValues(path: string): number[] {
  const bytes = readFileSync(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd().split('\n');
  return lines.slice(1).map((line, index) => {
    // A missing value is played as silence: nothing is known to have been sent.
    const value = Number(line.split(',')[1] ?? Number.NaN);
    if (!(value >= 0))
      throw new Error(`${path}:${index + 2}: the value must be a number >= 0, not "${line}"`);
    return value;
  });
}
