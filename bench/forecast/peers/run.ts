import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { originsOf } from '../../../controller/backtest/protocol.ts';
import { cached } from '../../../test/rig/cache.ts';
import { mustRun, works } from '../../../test/rig/command.ts';
import { protocolOf, readTrace, type Trace } from '../traces.ts';

/** One forecast of a peer: 30 values after the step `origin` of a trace. */
export interface PeerForecast {
  readonly trace: string;
  readonly model: string;
  readonly origin: number;
  readonly seconds: number;
  readonly forecast: readonly number[];
}

/** What a peer is given of the past: 3 days of 1-minute steps, 15 of 5-minute ones. Fits take seconds on it. */
export const HISTORY_STEPS = 4_320;

const HERE = import.meta.dirname;

/** All forecasts that the peers make in the time; rejects with what is missing when they cannot be had here. */
export async function peerForecasts(
  traces: readonly Trace[],
  { secondsPerTrace, originsPerTrace }: { secondsPerTrace: number; originsPerTrace: number },
  say: (line: string) => void,
): Promise<readonly PeerForecast[]> {
  const python = await interpreter(say);
  const asked = traces.map((trace) => {
    const values = readTrace(trace);
    return {
      name: trace.name,
      seasonSteps: trace.seasonSteps,
      values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
      origins: spread(originsOf(values, protocolOf(trace)), originsPerTrace),
    };
  });
  // Each library that may start threads is told not to: the figures are for one core.
  const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(python, [join(HERE, 'forecast.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...one },
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stdin.end(JSON.stringify({ secondsPerTrace, historySteps: HISTORY_STEPS, traces: asked }));
  const forecasts: PeerForecast[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const forecast: PeerForecast = JSON.parse(line);
    if (forecasts.at(-1)?.trace !== forecast.trace) say(`peers on ${forecast.trace}`);
    forecasts.push(forecast);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`bench/forecast/peers/forecast.py ended with exit code ${code}`);
  return forecasts;
}

/**
 * `count` origins evenly over all of them, in an order whose every beginning is spread too (van der Corput: halves,
 * then quarters, ...), as a slow model may not come to the last. Of 8, 4 are 0, 4, 2, 6.
 */
export function spread(origins: Int32Array, count: number): readonly number[] {
  return Array.from({ length: Math.min(count, origins.length) }, (_, index) => {
    let share = 0;
    for (let bit = 0.5, rest = index; rest > 0; rest >>= 1, bit /= 2) share += (rest & 1) * bit;
    return origins[Math.floor(share * origins.length)] ?? 0;
  });
}

async function interpreter(say: (line: string) => void): Promise<string> {
  if (!(await works('python3', ['-m', 'venv', '--help'])))
    throw new Error('python3 with venv was not found; install the packages python3 and python3-venv');
  const requirements = join(HERE, 'requirements.txt');
  const folder = await cached(
    {
      name: 'statsforecast',
      inputs: [requirements],
      salt: await mustRun('python3', ['--version']),
      announcement: 'statsforecast: installing it from PyPI (about 20 s, once)',
      build: async (target) => {
        // Started as `python -m` and by symbolic link, so that the folder may be renamed afterwards.
        await mustRun('python3', ['-m', 'venv', '--symlinks', target]);
        const python = join(target, 'bin', 'python3');
        await mustRun(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
      },
    },
    say,
  );
  return join(folder, 'bin', 'python3');
}
