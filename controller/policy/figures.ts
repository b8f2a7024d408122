/** `1 replica`, `12 replicas`. */
export function replicasText(count: number): string {
  return count === 1 ? '1 replica' : `${count} replicas`;
}

/** Three digits are what an operator reads: `840`, `12.5`, `0.42`. */
export function rateText(rps: number): string {
  return `${Number(rps < 100 ? rps.toPrecision(3) : rps.toFixed(0))}`;
}

export function secondsText(seconds: number): string {
  return `${Math.max(0, Math.ceil(seconds))} s`;
}
