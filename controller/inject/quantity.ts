const DIVISORS: Readonly<Record<string, number>> = { n: 1e9, u: 1e6, m: 1e3 };
const FACTORS: Readonly<Record<string, number>> = {
  ...{ '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/**
 * A Kubernetes quantity as a number, `100m` = 0.1 and `1Gi` = 2^30; NaN for what is none. Small units divide: 700 / 1000
 * is 0.7, and 700 x 0.001 is not.
 */
export function quantityOf(text: string | number): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/.exec(String(text));
  if (!match) return Number.NaN;
  const [, digits = '', exponent = '', suffix = ''] = match;
  const divisor = DIVISORS[suffix];
  return divisor
    ? Number(digits) / divisor
    : Number(`${digits}${exponent}`) * (FACTORS[suffix] ?? Number.NaN);
}
