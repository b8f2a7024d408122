import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import type { Memory } from '../../controller/policy/observation.ts';
import { forecast, HOUR_MS, observation, recent, spec } from '../policy/observations.ts';

/* A new leader knew of no removal by the one before, and removed in the middle of a cooldown of hours. */

const wants = (rps: number, { agoSeconds, lastDownMs }: { agoSeconds: number; lastDownMs?: number }) => {
  const cooldownSeconds = 1800;
  const memory: Memory = {
    sinceMs: HOUR_MS - agoSeconds * 1000,
    recommendations: [],
    ...(lastDownMs === undefined ? {} : { lastDownMs }),
  };
  return decide(
    observation({
      spec: spec({
        behavior: { scaleUp: { cooldownSeconds }, scaleDown: { cooldownSeconds } },
        forecast: { mayScaleDown: true },
      }),
      recent: recent(rps, rps, rps, rps),
      forecast: forecast(rps),
      memory,
    }),
  );
};

test('a leader that took over less than a cooldown ago removes nothing', (t) => {
  const { replicas, reason } = wants(300, { agoSeconds: 1700 });
  t.is(replicas, 10);
  t.is(reason, 'CoolingDown');
  t.is(wants(300, { agoSeconds: 1800 }).replicas, 4);
});

test('nor does one that led before and removed something then', (t) => {
  t.is(wants(300, { agoSeconds: 1700, lastDownMs: 0 }).reason, 'CoolingDown');
});

test('what the load needs is added at once', (t) => {
  t.is(wants(1200, { agoSeconds: 10 }).replicas, 16);
});
