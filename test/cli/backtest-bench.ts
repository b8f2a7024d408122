import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { ExecutionContext } from 'ava';
import { runBacktest } from '../../controller/cli/backtest.ts';
import { type Clock, systemClock, VirtualClock } from '../../controller/clock.ts';
import { wave } from '../assembly/core.ts';

export class Output extends Writable {
  text = '';
  isTTY = false;
  columns = 80;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Every question after the time is 60 ms after the one before, so that each turn is due. */
export class HastyClock extends VirtualClock {
  onSleep = () => {};

  override monotonicMs(): number {
    this.advance(60);
    return super.monotonicMs();
  }

  override async sleep(): Promise<void> {
    this.onSleep();
  }
}

export async function bench(t: ExecutionContext, clock: Clock = systemClock) {
  const folder = await mkdtemp(join(tmpdir(), 'foresail-backtest-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const stdout = new Output();
  const stderr = new Output();
  const io = { stdout, stderr, env: {} as Record<string, string> };
  const parts = { clock, fetch };
  return {
    ...io,
    io,
    folder,
    csv: async (text: string, name = 'load.csv') => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    run: (...args: string[]) => runBacktest(args, io, parts),
    json: async (...args: string[]) => {
      await runBacktest([...args, '-o', 'json'], io, parts);
      return JSON.parse(stdout.text);
    },
  };
}

/** Hours of a daily load with a step of an hour; no two days are the same. */
export function days(
  count: number,
  valueAt = (hour: number) => wave(hour, 24, 100) + ((hour * 7919) % 31),
): string {
  return Array.from({ length: count * 24 }, (_, hour) => `${hour * 3600},${valueAt(hour)}\n`).join('');
}
