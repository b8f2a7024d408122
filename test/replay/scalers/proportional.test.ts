import test from 'ava';
import { Fleet } from '../../../bench/replay/fleet.ts';
import { proportionalScaler } from '../../../bench/replay/scalers/proportional.ts';

const at = (tick: number, demand: number, served: number) => ({
  startMs: tick * 15_000,
  endMs: (tick + 1) * 15_000,
  demand,
  served,
});

test('the example: 14 pods of load on 18 replicas at 70 % are 20', (t) => {
  t.is(proportionalScaler('rps', 70).decide(at(0, 14, 18), new Fleet(18, 90, 0)), 20);
});

test('within a tenth of the target nothing changes', (t) => {
  t.is(proportionalScaler('rps', 70).decide(at(0, 13.8, 18), new Fleet(18, 90, 0)), 18);
});

test('a load that is not known changes nothing', (t) => {
  t.is(proportionalScaler('rps', 70).decide(at(0, Number.NaN, 18), new Fleet(18, 90, 0)), 18);
});

test('it goes down only to the highest wish of the last 300 s', (t) => {
  const scaler = proportionalScaler('rps', 50);
  const fleet = new Fleet(20, 90, 0);
  const asked = Array.from({ length: 30 }, (_, tick) => {
    const replicas = scaler.decide(at(tick, tick === 0 ? 10 : 4, 20), fleet);
    fleet.resize(replicas, (tick + 1) * 15_000);
    return replicas;
  });
  t.is(asked[19], 20);
  t.is(asked.at(-1), 8);
});
