import type { DatabaseSync } from 'node:sqlite';
import type { RateRun } from './rate-runs.ts';

/** Steps per row: an hour at 15 s. */
export const BLOCK_STEPS = 240;

export interface RateTable {
  /** Lays runs over what is there; call inside a transaction. What is missing in a run replaces nothing. */
  write(runs: readonly RateRun[]): void;
  /** Everything known of a workload in [fromMs, toMs), of every grid, oldest first. */
  read(workload: string, fromMs: number, toMs: number): RateRun[];
  /**
   * Removes blocks that ended before `beforeMs`, of each series at most those of its oldest `mostMs`; says whether older
   * ones are left.
   */
  prune(beforeMs: number, mostMs: number): boolean;
}

export function rateTable(database: DatabaseSync): RateTable {
  const idOf = database.prepare('SELECT id FROM series WHERE workload = ? AND step_seconds = ?');
  const add = database.prepare('INSERT INTO series (workload, step_seconds) VALUES (?, ?) RETURNING id');
  const grids = database.prepare('SELECT id, step_seconds FROM series WHERE workload = ?');
  const allGrids = database.prepare('SELECT id, step_seconds FROM series');
  const block = database.prepare('SELECT rates FROM rates WHERE series = ? AND block = ?');
  const blocks = database.prepare(
    'SELECT block, rates FROM rates WHERE series = ? AND block >= ? AND block < ? ORDER BY block',
  );
  const put = database.prepare(
    `INSERT INTO rates (series, block, rates) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET rates = excluded.rates`,
  );
  const oldest = database.prepare('SELECT min(block) AS block FROM rates WHERE series = ?');
  const drop = database.prepare('DELETE FROM rates WHERE series = ? AND block < ?');

  function writeRun(id: number, { first, rates }: RateRun): void {
    for (let done = 0; done < rates.length; ) {
      const number = Math.floor((first + done) / BLOCK_STEPS);
      const offset = first + done - number * BLOCK_STEPS;
      const count = Math.min(BLOCK_STEPS - offset, rates.length - done);
      const known = block.get(id, number)?.rates as Uint8Array | undefined;
      const piece = rates.subarray(done, done + count);
      put.run(id, number, laidOver(known, piece, offset));
      done += count;
    }
  }

  return {
    write(runs) {
      for (const run of runs) {
        const known = idOf.get(run.workload, run.stepSeconds) ?? add.get(run.workload, run.stepSeconds);
        writeRun(Number(known?.id), run);
      }
    },
    read(workload, fromMs, toMs) {
      return grids.all(workload).flatMap(({ id = null, step_seconds: step }) => {
        const stepSeconds = Number(step);
        const blockMs = stepSeconds * 1000 * BLOCK_STEPS;
        const rows = blocks.all(id, Math.floor(fromMs / blockMs), Math.ceil(toMs / blockMs));
        return rows.map((row) => ({
          workload,
          stepSeconds,
          first: Number(row.block) * BLOCK_STEPS,
          rates: decode(row.rates as Uint8Array),
        }));
      });
    },
    prune(beforeMs, mostMs) {
      let left = false;
      for (const { id = null, step_seconds: step } of allGrids.all()) {
        const blockMs = Number(step) * 1000 * BLOCK_STEPS;
        const first = oldest.get(id)?.block ?? null;
        if (first === null) continue;
        const before = Math.floor(beforeMs / blockMs);
        const most = Number(first) + Math.max(1, Math.floor(mostMs / blockMs));
        drop.run(id, Math.min(before, most));
        left ||= most < before;
      }
      return left;
    },
  };
}

function laidOver(known: Uint8Array | undefined, piece: Float32Array, offset: number): Uint8Array {
  const before = known === undefined ? new Float32Array(0) : decode(known);
  const merged = new Float32Array(Math.max(before.length, offset + piece.length)).fill(Number.NaN);
  merged.set(before);
  for (const [index, rate] of piece.entries()) if (!Number.isNaN(rate)) merged[offset + index] = rate;
  return encode(merged);
}

function encode(rates: Float32Array): Uint8Array {
  const bytes = new Uint8Array(rates.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, rate] of rates.entries()) view.setFloat32(index * 4, rate, true);
  return bytes;
}

function decode(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    view.getFloat32(index * 4, true),
  );
}
