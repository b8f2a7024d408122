import test from 'ava';
import fc from 'fast-check';
import { createForecaster } from '../../controller/forecast/forecaster.ts';
import type { FallbackReason } from '../../controller/forecast/quarantine.ts';
import { decide } from '../../controller/policy/decide.ts';
import { observation, recent, spec, target } from '../policy/observations.ts';
import { bad, misbehaving } from './crafted.ts';
import { request, STEP_SECONDS } from './traffic.ts';

/** The hang is in failures.test.ts: it takes its deadline. */
const { hang: _hang, ...faults } = bad;
const expected: Record<keyof typeof faults, FallbackReason> = {
  trap: 'ModelTrapped',
  growToTheLimit: 'ModelTrapped',
  recurse: 'ModelTrapped',
  outOfBounds: 'ModelTrapped',
  notANumber: 'ModelNotFinite',
  infinite: 'ModelNotFinite',
  negative: 'ModelNotFinite',
  disorder: 'ModelNotFinite',
  absurd: 'ModelImplausible',
};

test('whatever the model does wrong, the next of the chain answers, says why, and replicas are at least what the load of the moment needs', async (t) => {
  const forecaster = createForecaster({ ...(await misbehaving()), deadlineMs: 20_000 });
  let nextWorkload = 0;
  const run = fc.asyncProperty(
    fc.constantFrom(...(Object.keys(faults) as (keyof typeof faults)[])),
    fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 48, maxLength: 48 }),
    fc.integer({ min: 1, max: 400 }),
    fc.integer({ min: 1, max: 40 }),
    async (fault, day, length, replicas) => {
      const end = 1_000;
      const rateAt = (step: number) => (step === end - 1 ? faults[fault] : (day[step % 48] ?? 0));
      const asked = request(`a/Deployment/${nextWorkload++}`, end, length, 48, rateAt);
      const [forecast] = await forecaster.advance([asked]);
      t.is(forecast?.fallbackReason, expected[fault]);
      t.not(forecast?.source, 'champion');
      const seen = observation({
        forecast,
        spec: spec({ maxReplicas: 1_000 }),
        target: target(replicas),
        wallMs: end * STEP_SECONDS * 1000 + 2_000,
        recent: recent(rateAt(end - 2), rateAt(end - 1)).map((step, at) => ({
          ...step,
          startMs: (end - 2 + at) * STEP_SECONDS * 1000,
        })),
      });
      const { replicas: decided, trace } = decide(seen);
      const needed = Math.ceil(Math.max(rateAt(end - 1), length > 1 ? rateAt(end - 2) : 0) / 75);
      t.true(decided >= needed, `${decided} < ${needed}`);
      t.true(trace.find(({ rule }) => rule === 'forecastChain')?.message.includes(expected[fault]));
    },
  );
  try {
    await fc.assert(run, { numRuns: 40 });
  } finally {
    await forecaster.close();
  }
});
