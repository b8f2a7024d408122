import {
  BYTES,
  CHECKSUM,
  LAYOUT,
  MAGIC,
  MODEL,
  RING_CAPACITY,
  RING_POSITION,
  SEASON,
  SLOT,
  u32At,
  WEEK,
} from './layout';

/** FNV-1a over 64-bit words, the checksum's own word left out: finds damage, not malice. */
function checksum(series: usize): u64 {
  let hash: u64 = 0xcbf29ce484222325;
  const bytes: usize = u32At(series, BYTES);
  for (let at: usize = 0; at < bytes; at += 8) {
    if (at == CHECKSUM) continue;
    hash = (hash ^ load<u64>(series + at)) * 0x100000001b3;
  }
  return hash;
}

/** Makes the block's bytes a snapshot. */
export function seal(series: usize): void {
  store<u64>(series + CHECKSUM, checksum(series));
}

/** Whether the bytes copied into a block are a snapshot of a series with the same model, periods and layout. */
export function sealed(series: usize, model: u32, season: u32, week: u32, bytes: u32, capacity: u32): bool {
  return (
    u32At(series, 0) == MAGIC &&
    u32At(series, 4) == LAYOUT &&
    u32At(series, BYTES) == bytes &&
    u32At(series, MODEL) == model &&
    u32At(series, SEASON) == season &&
    u32At(series, WEEK) == week &&
    u32At(series, RING_CAPACITY) == capacity &&
    u32At(series, RING_POSITION) < capacity &&
    u32At(series, SLOT) < season &&
    load<u64>(series + CHECKSUM) == checksum(series)
  );
}
