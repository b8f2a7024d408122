/**
 * Blocks of linear memory, taken only by open. A block that was given back is reused by the next series it fits, so
 * seasons that come and go do not grow the memory. A block starts with its capacity and the next free block.
 */
const PREFIX: usize = 16;
let top: usize = 0;
let free: usize = 0;

/** The address of `bytes` bytes, or 0 when the memory is at its limit. */
export function take(bytes: usize): usize {
  const wanted = (bytes + 15) & ~15;
  const reused = reuse(wanted);
  if (reused != 0) return reused;
  if (top == 0) top = (__heap_base + 15) & ~15;
  const end = top + PREFIX + wanted;
  const present = (<usize>memory.size()) << 16;
  if (end > present && memory.grow(<i32>((end - present + 0xffff) >> 16)) < 0) return 0;
  const block = top + PREFIX;
  store<usize>(top, wanted);
  top = end;
  return block;
}

export function give(block: usize): void {
  store<usize>(block - PREFIX + 8, free);
  free = block;
}

/** The smallest free block that fits and is at most a quarter too large. */
function reuse(wanted: usize): usize {
  let best: usize = 0;
  let before: usize = 0;
  let previous: usize = 0;
  for (let block = free; block != 0; block = load<usize>(block - PREFIX + 8)) {
    const size = load<usize>(block - PREFIX);
    const fits = size >= wanted && size <= wanted + (wanted >> 2);
    if (fits && (best == 0 || size < load<usize>(best - PREFIX))) {
      best = block;
      before = previous;
    }
    previous = block;
  }
  if (best == 0) return 0;
  const next = load<usize>(best - PREFIX + 8);
  if (before == 0) free = next;
  else store<usize>(before - PREFIX + 8, next);
  return best;
}
