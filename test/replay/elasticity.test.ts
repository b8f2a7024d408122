import test from 'ava';
import { elasticityOf } from '../../bench/replay/elasticity.ts';

const row = (needed: number, ready: number) => ({
  atMs: 0,
  demand: needed * 0.9,
  ready,
  starting: 0,
  requested: ready,
});

test('the example: a fifth short once, a fifth over once, in three ticks', (t) => {
  const { thetaU, thetaO, tauU, tauO, instability } = elasticityOf([row(4, 4), row(5, 4), row(5, 6)]);
  t.true(Math.abs(thetaU - 1 / 15) < 1e-12);
  t.true(Math.abs(thetaO - 1 / 15) < 1e-12);
  t.is(tauU, 1 / 3);
  t.is(tauO, 1 / 3);
  t.is(instability, 0);
});

test('supply that falls while need rises is unstable', (t) => {
  t.is(elasticityOf([row(4, 5), row(5, 4), row(6, 7)]).instability, 0.5);
});
