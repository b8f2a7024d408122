/**
 * How long each request would take in a processor that all who are there share evenly, given when they came and what
 * work each brought; ms. Two requests of 2 ms work that come together both take 4 ms.
 */
export function sharedProcessor(arrivalsMs: readonly number[], worksMs: readonly number[]): number[] {
  const sojournsMs: number[] = [];
  const present: { left: number; readonly sinceMs: number }[] = [];
  let nowMs = arrivalsMs[0] ?? 0;
  for (let next = 0; next < arrivalsMs.length || present.length > 0; ) {
    const lefts = present.map(({ left }) => left);
    const least = Math.min(...lefts);
    const doneMs = present.length > 0 ? nowMs + least * present.length : Number.POSITIVE_INFINITY;
    const arrivalMs = arrivalsMs[next] ?? Number.POSITIVE_INFINITY;
    const untilMs = Math.min(doneMs, arrivalMs);
    for (const one of present) one.left -= (untilMs - nowMs) / present.length;
    nowMs = untilMs;
    if (arrivalMs <= doneMs) {
      present.push({ left: worksMs[next] ?? 0, sinceMs: nowMs });
      next += 1;
    } else {
      const [gone] = present.splice(lefts.indexOf(least), 1);
      if (gone) sojournsMs.push(nowMs - gone.sinceMs);
    }
  }
  return sojournsMs;
}
