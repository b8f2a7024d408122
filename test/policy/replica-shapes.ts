/**
 * How a replica may answer as its rate grows, in seconds. The policy is played against all of them: it must not have
 * learned one formula.
 */
export interface Shape {
  readonly name: string;
  /** Requests per second that keep it busy all the time. */
  readonly saturatingRps: number;
  /** Of the time it takes at a use below 1, the mean and a quantile. */
  readonly mean: (use: number) => number;
  readonly quantile: (q: number, use: number) => number;
}

/** One processor that its requests share, service time 5.43 ms: P99 is 250 ms at a use of 0.9. */
export const shared: Shape = {
  name: 'one shared processor',
  saturatingRps: 184,
  mean: (use) => 0.00543 / (1 - use),
  quantile: (q, use) => (-Math.log(1 - q) * 0.00543) / (1 - use),
};

/** The same, so quick that P99 is a tenth of the objective when it is 80 % busy. */
export const quick: Shape = {
  name: 'a quick shared processor',
  saturatingRps: 900,
  mean: (use) => 0.00111 / (1 - use),
  quantile: (q, use) => (-Math.log(1 - q) * 0.00111) / (1 - use),
};

/** c processors, one queue, first come first served (M/M/c); the tail of the sum is taken as the sum of the tails. */
export function cores(count: number, serviceSeconds: number): Shape {
  const wait = (use: number) => serviceSeconds / (count * (1 - use));
  return {
    name: `${count} cores`,
    saturatingRps: count / serviceSeconds,
    mean: (use) => serviceSeconds + waiting(count, use) * wait(use),
    quantile: (q, use) => {
      const queued = waiting(count, use);
      const behind = queued > 1 - q ? Math.log(queued / (1 - q)) * wait(use) : 0;
      return behind - Math.log(1 - q) * serviceSeconds;
    },
  };
}

/** Erlang's C: the share of requests that wait. */
function waiting(count: number, use: number): number {
  const offered = count * use;
  let term = 1;
  let sum = 1;
  for (let busy = 1; busy < count; busy += 1) {
    term *= offered / busy;
    sum += term;
  }
  const all = (term * offered) / count / (1 - use);
  return all / (sum + all);
}

/** One at a time, each as long as the other (M/D/1): fewer are inside than in a shared processor as busy. */
export const evenly: Shape = {
  name: 'one at a time, all alike',
  saturatingRps: 100,
  mean: (use) => 0.01 * (1 + use / (2 * (1 - use))),
  quantile: (q, use) => 0.01 * (1 + Math.max(0, Math.log(use / (1 - q))) / (2 * (1 - use))),
};

/** Waits 20 ms for others whatever the rate is, until a limit stops it: a connection pool, a rate limiter. */
export const knee: Shape = {
  name: 'a knee without a warning',
  saturatingRps: 120,
  mean: () => 0.02,
  quantile: (q) => -Math.log(1 - q) * 0.02,
};

/** 30 ms it always takes, and a slow rise with use. */
export const floor: Shape = {
  name: 'a constant and a straight line',
  saturatingRps: 80,
  mean: (use) => 0.03 + 0.1 * use,
  quantile: (q, use) => (0.03 + 0.1 * use) * (1 - 0.5 * Math.log(1 - q)),
};

/** The rate at which a quantile reaches the threshold: by halving. */
export function capacityOfShape(
  { saturatingRps, quantile }: Shape,
  q: number,
  thresholdSeconds: number,
): number {
  let [low, high] = [0, 1 - 1e-6];
  for (let round = 0; round < 50; round += 1) {
    const middle = (low + high) / 2;
    if (quantile(q, middle) > thresholdSeconds) high = middle;
    else low = middle;
  }
  return low * saturatingRps;
}
