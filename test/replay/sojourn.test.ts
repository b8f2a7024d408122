import test from 'ava';
import { longerThan, sojournUnder } from '../../bench/replay/sojourn.ts';
import { exponential, seededRandom } from '../rig/random.ts';

/*
 * The queue itself, twice: solved (the chain of how many others are there while one request is, by uniformisation), and
 * played (each event of a processor that is shared).
 */

/** P(T > t) of the solved queue at service rate 1, for times up to `longest`. */
function solved(utilisation: number, longest: number): (time: number) => number {
  const states = Math.ceil(Math.log(1e-10) / Math.log(utilisation)) + 40;
  const rate = 1 + utilisation;
  const steps = Math.ceil(rate * longest * 1.3 + 200);
  const found = Array.from({ length: states }, (_, n) => (1 - utilisation) * utilisation ** n);
  let left = new Float64Array(states).fill(1);
  const after: number[] = [];
  for (let step = 0; step <= steps; step++) {
    after.push(found.reduce((sum, share, n) => sum + share * (left[n] ?? 0), 0));
    left = left.map((_, n) => {
      const more = left[Math.min(n + 1, states - 1)] ?? 0;
      const fewer = n > 0 ? (left[n - 1] ?? 0) : 0;
      return (utilisation * more + (n / (n + 1)) * fewer) / rate;
    });
  }
  return (time) => {
    let log = -rate * time;
    return after.reduce((sum, share, step) => {
      const weight = Math.exp(log);
      log += Math.log(rate * time) - Math.log(step + 1);
      return sum + weight * share;
    }, 0);
  };
}

/** In means, as the model has it. */
function solvedUnder(quantile: number, utilisation: number, longer: (time: number) => number): number {
  let [low, high] = [0, 12 / (1 - utilisation)];
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2;
    if (longer(middle) > 1 - quantile) low = middle;
    else high = middle;
  }
  return low * (1 - utilisation);
}

/** Quantile of the sojourns of `count` requests on one shared processor, in units of their mean service time. */
function played(quantile: number, utilisation: number, count: number, random: () => number): number {
  const sojourns: number[] = [];
  const present: { left: number; readonly since: number }[] = [];
  let [now, next] = [0, exponential(random, 1 / utilisation)];
  while (sojourns.length < count) {
    const least = Math.min(...present.map((one) => one.left));
    const done = present.length > 0 ? now + least * present.length : next + 1;
    const until = Math.min(done, next);
    for (const one of present) one.left -= (until - now) / present.length;
    now = until;
    if (next <= done) {
      present.push({ left: exponential(random, 1), since: now });
      next = now + exponential(random, 1 / utilisation);
    } else {
      const lefts = present.map((one) => one.left);
      const [gone] = present.splice(lefts.indexOf(Math.min(...lefts)), 1);
      if (gone) sojourns.push(now - gone.since);
    }
  }
  sojourns.sort((a, b) => a - b);
  return sojourns[Math.floor(count * quantile)] ?? Number.NaN;
}

for (const utilisation of [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95]) {
  test(`quantiles are those of the solved queue at utilisation ${utilisation}`, (t) => {
    const longer = solved(utilisation, 12 / (1 - utilisation));
    for (const [quantile, within] of [
      [0.5, 0.06],
      [0.9, 0.05],
      [0.95, 0.05],
      [0.99, 0.015],
    ] as const) {
      const [model, exact] = [
        sojournUnder(quantile, utilisation),
        solvedUnder(quantile, utilisation, longer),
      ];
      t.true(Math.abs(model / exact - 1) < within, `${quantile}: ${model} ${exact}`);
    }
  });
}

for (const [utilisation, within] of [
  [0.5, 0.04],
  [0.7, 0.05],
  [0.9, 0.1],
] as const) {
  test(`P99 is that of a played queue at utilisation ${utilisation}`, (t) => {
    const p99 = played(0.99, utilisation, 200_000, seededRandom(7)) * (1 - utilisation);
    t.true(Math.abs(sojournUnder(0.99, utilisation) / p99 - 1) < within, `${p99}`);
  });
}

test('the mean is 1 whatever the utilisation, and no time is exceeded with more than certainty', (t) => {
  for (const utilisation of [0, 0.4, 0.9, 0.99]) {
    let mean = 0;
    for (let time = 0.005; time < 80; time += 0.01) mean += longerThan(time, utilisation) * 0.01;
    t.true(Math.abs(mean - 1) < 0.002, `${utilisation}: ${mean}`);
    t.true(longerThan(0, utilisation) === 1 && longerThan(1e-9, utilisation) <= 1);
  }
});

test('an idle processor answers in exponential time', (t) => {
  t.true(Math.abs(longerThan(1, 0) - Math.exp(-1)) < 1e-9);
  t.true(Math.abs(sojournUnder(0.99, 0) - Math.log(100)) < 1e-6);
});
