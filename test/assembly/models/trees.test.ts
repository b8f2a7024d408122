import test from 'ava';
import { FIGURES, type ModelName } from '../../../assembly/pkg/forecaster.js';
import { core, wave } from '../core.ts';
import { noise, path, times } from './path.ts';

/**
 * Every period of 32 steps begins with sixteen steps somewhere in 60 .. 140. Sixteen follow at 100; where the level was
 * above 110 they are at 300. It is the step and the time of day together that tell, which no straight line through the
 * lags says.
 */
function stepped(step: number): number {
  const level = 100 + 40 * noise(Math.floor(step / 32));
  if (step % 32 < 16) return level;
  return level > 110 ? 300 : 100;
}

/** Mean error of the sixteen steps of the second half, forecast at the end of the first, in the last 60 periods. */
function errorAfterStep(model: ModelName): number {
  const forecaster = core();
  const handle = forecaster.open(32, 0, model);
  let sum = 0;
  for (let step = 0; step < 32 * 260; step++) {
    forecaster.push(handle, stepped(step));
    if (step < 32 * 200 || step % 32 !== 15) continue;
    const figures = forecaster.forecast(handle);
    for (let lead = 1; lead <= 16; lead++) {
      sum += Math.abs((figures[(lead - 1) * FIGURES + 1] ?? 0) - stepped(step + lead)) / 16;
    }
  }
  return sum / 60;
}

test('a step in the lags at one time of day is learned, which no linear model can', (t) => {
  const [trees, ridge, ets] = [errorAfterStep('trees'), errorAfterStep('ridge'), errorAfterStep('ets')];
  t.log(`mean error: trees ${trees}, ridge ${ridge}, ets ${ets}`);
  t.true(trees < 0.7 * Math.min(ridge, ets));
});

test('trees that have only noise to learn from fall silent', (t) => {
  const values = times(4_000, (step) => (20 + noise(step)) ** 2);
  const roots = path('trees', values, 48).map(Math.sqrt);
  for (const root of roots) t.true(Math.abs(root - 20) < 0.35, `${root} around 20`);
});

test('a season on a rising level is followed, before and after the first trees', (t) => {
  for (const periods of [3, 30]) {
    const values = times(48 * periods, (step) => wave(step, 48, 50 + 0.01 * step));
    for (const [lead, rate] of path('trees', values, 48).entries()) {
      const due = wave(values.length + lead, 48, 50 + 0.01 * values.length);
      t.true(Math.abs(rate - due) < 6, `${periods} periods, lead ${lead + 1}: ${rate}, due ${due}`);
    }
  }
});

test('a season that is not known is done without', (t) => {
  const said = path(
    'trees',
    times(3_000, (step) => (step % 2 === 0 ? 100 : 144)),
    5_000,
  );
  for (const [lead, rate] of said.entries()) {
    t.true(rate > 95 && rate < 150, `lead ${lead + 1}: ${rate}`);
  }
});

test('the same load gives the same trees, bit for bit', (t) => {
  const grown = (): Uint8Array => {
    const forecaster = core();
    const handle = forecaster.open(32, 0, 'trees');
    for (let step = 0; step < 2_000; step++) forecaster.push(handle, stepped(step));
    return forecaster.snapshot(handle);
  };
  t.deepEqual(grown(), grown());
});
