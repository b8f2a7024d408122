import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import type { Rig } from './rig.ts';

export type Past = {
  /** `namespace/Kind/name`. */
  readonly workload: string;
  readonly stepSeconds: number;
  /** Unix ms of second 0 of the load that will be played; a whole number of steps. */
  readonly zeroMs: number;
  /** Requests per second at a second of the load; negative seconds are the past. */
  readonly rateAt: (second: number) => number;
  readonly seconds: number;
};

const FORESAIL = join(import.meta.dirname, '..', '..', 'bin', 'foresail.js');

/** Writes the load's past, as far as it is over by now, to a CSV file; the path. */
export function writePast(rig: Rig, { zeroMs, stepSeconds, rateAt, seconds }: Past): string {
  const file = join(rig.folder, 'history.csv');
  const untilZero = Math.ceil((zeroMs - Date.now()) / 1000 / stepSeconds) + 1;
  const steps = Math.floor(seconds / stepSeconds);
  const rows = Array.from({ length: steps }, (_, index) => {
    const second = (index - steps - untilZero) * stepSeconds;
    // Real traffic is never the same twice.
    const noise = 1 + 0.05 * Math.sin(index * 1.7);
    return `${zeroMs / 1000 + second},${(rateAt(second) * noise).toFixed(3)}`;
  });
  writeFileSync(file, `timestamp,value\n${rows.join('\n')}\n`);
  return file;
}

/** Loads it with the product's own command. */
export async function importPast(
  { workload, stepSeconds }: Past,
  input: string,
  historyFile: string,
): Promise<void> {
  const { code, stderr } = await command(process.execPath, [
    ...[FORESAIL, 'import', '--workload', workload, '--input', input],
    ...['--history-file', historyFile, '--step-seconds', String(stepSeconds)],
  ]);
  if (code !== 0) throw new Error(`import failed: ${stderr}`);
}
