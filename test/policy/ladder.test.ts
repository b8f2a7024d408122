import test from 'ava';
import fc from 'fast-check';
import { LADDER_CHOICE_STEPS, LADDER_LEAST_STEPS } from '../../controller/policy/constants.ts';
import {
  boldnessOf,
  climb,
  initialLadder,
  type LadderState,
  RUNGS,
  type Trial,
  trust,
} from '../../controller/policy/ladder.ts';
import { PHASES } from '../../controller/policy/phase.ts';

/** A trial whose demand ahead is the same when a replica can serve and until then. */
const foreseen = (ahead: (probability: number) => number) => ({ order: ahead, keep: ahead });
const calm: Trial = {
  load: 5,
  now: 5,
  ...foreseen(() => 5),
  payback: 5,
  leadSteps: 2,
  missed: false,
  phase: 0,
  servesIn: 0,
  limit: 0.01,
};
const none = Array<number>(PHASES).fill(0);

function after(count: number, trial: (step: number) => Trial, start = initialLadder()): LadderState {
  let state = start;
  for (let step = 0; step < count; step++) state = climb(state, trial(step));
  return state;
}

test('the example: what was asked for in all of the last lead steps serves; 5 do not carry 5.2', (t) => {
  const rungs = RUNGS.map(() => ({
    asked: [4, 5, 6, 6],
    needed: [],
    hot: 0,
    cost: 0,
    hotIn: none,
    costIn: none,
  }));
  const state = { ...initialLadder(), rungs, chosen: 0 };
  t.is(climb(state, { ...calm, load: 5.2 }).rungs[0]?.hot, 5.2);
  t.is(climb(state, { ...calm, load: 5 }).rungs[0]?.hot, 0);
  t.is(climb(state, { ...calm, load: 5.2, leadSteps: 1 }).rungs[0]?.hot, 0);
});

test('before an hour of evidence the budget itself says how sure to be', (t) => {
  const { probability, source, hotShare } = boldnessOf(
    after(LADDER_LEAST_STEPS - 1, () => calm),
    0.02,
  );
  t.is(probability, 0.98);
  t.is(source, 'default');
  t.is(hotShare, Number.NaN);
});

test('where every rung keeps the budget, the cheapest is chosen', (t) => {
  const state = after(20_000, () => ({ ...calm, ...foreseen((probability) => 5 + 10 * probability) }));
  const { probability, source, hotShare } = boldnessOf(state, 0.01);
  t.is(probability, RUNGS[0]);
  t.is(source, 'learned');
  t.true(hotShare < 0.009, 'only what is left of its own word');
});

/** Every tenth step the load is 9 for one step, and only who is at least `sure` sees it come. */
function bursts(sure: number): (step: number) => Trial {
  return (step) => {
    const load = step % 10 === 9 ? 9 : 5;
    return { ...calm, load, ...foreseen((probability) => (probability >= sure ? 9 : 5)), payback: 9 };
  };
}

test('a young ladder takes the rungs at their word, and believes in bold ones only as evidence comes', (t) => {
  const harmless = (steps: number) =>
    boldnessOf(
      after(steps, () => ({ ...calm, ...foreseen((probability) => 5 + 10 * probability) })),
      0.01,
    ).probability;
  const sure = [240, 480, 2_400, 20_000].map(harmless);
  t.deepEqual(
    sure,
    [...sure].sort((a, b) => b - a),
  );
  t.true((sure[0] ?? 0) > 0.98 && (sure[3] ?? 1) <= 0.65, `${sure}`);
});

test('bursts that only the careful foresee make the policy careful, and no more than that', (t) => {
  const { probability } = boldnessOf(after(2_000, bursts(0.97)), 0.01);
  t.is(probability, 0.975);
});

test('what nobody foresees is not held against the cheap: the cheapest of equals is chosen', (t) => {
  const { probability, hotShare } = boldnessOf(after(20_000, bursts(2)), 0.01);
  t.is(probability, RUNGS[0]);
  t.true(hotShare > 0.1);
});

test('bursts at one part of the hour make the policy careful there, and leave it bold at all others', (t) => {
  // 20 steps of 15 s are one phase; in phase 7 the load is 9 every eighth hour, and only who is at least 97 % sure sees it come
  const hour = PHASES * 20;
  const loadAt = (step: number) =>
    Math.floor(step / 20) % PHASES === 7 && Math.floor(step / hour) % 8 === 1 ? 9 : 5;
  const trialAt = (step: number): Trial => {
    const phase = Math.floor(step / 20) % PHASES;
    const servesIn = Math.floor((step + 3) / 20) % PHASES;
    const ahead = (probability: number) =>
      servesIn === 7 && probability < 0.97 ? 5 : servesIn === 7 ? 9 : 5 + 12 * probability;
    return {
      ...calm,
      load: loadAt(step),
      now: 5,
      ...foreseen(ahead),
      payback: 0,
      phase,
      servesIn,
      limit: 0.009,
    };
  };
  const state = after(160 * hour, trialAt);
  const sureAt = (phase: number) => RUNGS[state.picks?.[phase] ?? -1] ?? Number.NaN;
  t.true(sureAt(7) >= 0.975, `${sureAt(7)}`);
  for (const calmPhase of [1, 3, 5, 10]) t.is(sureAt(calmPhase), 0.5);
});

test('a state from before there were phases is recalled, and decides as it did until it has chosen anew', (t) => {
  const { picks: _, stepsIn: __, expected: ___, rungs, ...rest } = after(2_000, bursts(0.97));
  const old = { ...rest, rungs: rungs.map(({ asked, needed, hot, cost }) => ({ asked, needed, hot, cost })) };
  const recalled = initialLadder(old);
  t.is(recalled.steps, 2_000);
  t.is(climb(recalled, { ...calm, servesIn: 5 }).chosen, rest.chosen);
  t.is(boldnessOf(after(LADDER_CHOICE_STEPS, bursts(0.97), recalled), 0.01).probability, 0.975);
});

test('the choice follows when the traffic changes', (t) => {
  const careful = after(2_000, bursts(0.97));
  const calmAgain = after(
    20_000,
    () => ({ ...calm, ...foreseen((probability) => 5 + 5 * probability) }),
    careful,
  );
  t.true(boldnessOf(calmAgain, 0.01).probability < 0.97);
});

test('it is chosen anew only every 5 minutes', (t) => {
  const state = after(LADDER_LEAST_STEPS, () => calm);
  const next = after(LADDER_CHOICE_STEPS - 1, bursts(2), state);
  t.is(next.chosen, state.chosen);
});

test('what is added is what is needed when it can serve; what is kept is the highest until then', (t) => {
  const grown = after(30, () => ({ ...calm, ...foreseen(() => 8), payback: 0 }));
  t.is(grown.rungs[4]?.asked.at(-1), 8);
  const passing = { ...calm, order: () => 5, keep: () => 7.5, payback: 0 };
  t.is(
    after(30, () => passing, grown).rungs[4]?.asked.at(-1),
    8,
    'the peak before is still to come, within the deadband',
  );
  const later = { ...calm, order: () => 5, keep: () => 6, payback: 0 };
  t.is(after(30, () => later, grown).rungs[4]?.asked.at(-1), 6);
});

test('replicas go down only to the highest need of the last minute', (t) => {
  const grown = after(30, () => ({ ...calm, ...foreseen(() => 12), payback: 0 }));
  const asked = Array.from({ length: 6 }, (_, steps) =>
    after(steps, () => ({ ...calm, payback: 0 }), grown).rungs[4]?.asked.at(-1),
  );
  t.deepEqual(asked, [12, 12, 12, 12, 5, 5]);
});

test('the examples: what was measured says how far the shadows are to be trusted', (t) => {
  t.is(trust(20, 80, 100), 105 / 45);
  t.is(trust(80, 20, 100), 0.5);
  t.is(trust(0, 0, 100), 1);
  t.is(trust(0, 1e9, 100), 3);
  t.is(trust(0, 0, 0), 1);
});

test('where the shadows see misses that never came, they may spend more', (t) => {
  // of two bursts in two hours of minutes one is foreseen by who is 80 % sure, the other only from 97 % on
  const trialAt = (step: number): Trial => {
    const next = step + 1;
    const sure = next % 120 === 119 ? 0.97 : 0.8;
    const ahead = (probability: number) => (next % 60 === 59 && probability >= sure ? 9 : 5);
    return {
      ...calm,
      limit: 0.02,
      leadSteps: 0,
      load: step % 60 === 59 ? 9 : 5,
      ...foreseen(ahead),
      payback: 0,
    };
  };
  const sureAfter = (missing: boolean) => {
    let state = initialLadder();
    for (let step = 0; step < 20_000; step++) {
      const trial = trialAt(step);
      const { chosen, rungs } = state;
      const wasHot = (climb(state, trial).rungs[chosen]?.hot ?? 0) > (rungs[chosen]?.hot ?? 0);
      state = climb(state, { ...trial, missed: missing && wasHot });
    }
    return boldnessOf(state, 0.02).probability;
  };
  t.is(sureAfter(true), 0.82);
  t.is(sureAfter(false), 0.5);
});

test('a forecast that is not known moves no shadow', (t) => {
  const state = after(50, () => calm);
  const next = climb(state, { ...calm, ...foreseen(() => Number.NaN) });
  t.is(next.rungs[3]?.asked.at(-1), state.rungs[3]?.asked.at(-1));
});

test('a state of another shape is forgotten, its own is recalled', (t) => {
  const state = after(300, bursts(0.9));
  t.deepEqual(initialLadder(JSON.parse(JSON.stringify(state))), state);
  t.is(initialLadder({ rungs: [] }).steps, 0);
  t.is(initialLadder(undefined).rungs.length, RUNGS.length);
});

test('for any load: finite, a sure rung never spoils more than a bold one, and the state does not grow', (t) => {
  const trial = fc.record({
    load: fc.double({ min: 0, max: 1e4, noNaN: true }),
    spread: fc.double({ min: 0, max: 5, noNaN: true }),
  });
  fc.assert(
    fc.property(
      fc.array(trial, { minLength: 1, maxLength: 120 }),
      fc.integer({ min: 0, max: 60 }),
      (trials, leadSteps) => {
        let state = initialLadder();
        for (const { load, spread } of trials) {
          const ahead = (probability: number) => load * (1 + spread * probability);
          state = climb(state, {
            load,
            now: load,
            ...foreseen(ahead),
            payback: 0,
            leadSteps,
            missed: load > 9,
            phase: 3,
            servesIn: 4,
            limit: 0.01,
          });
        }
        const { probability } = boldnessOf(state, 0.01);
        t.true(probability >= 0.5 && probability < 1);
        for (const { hot, cost, asked } of state.rungs) {
          t.true(Number.isFinite(hot) && Number.isFinite(cost) && hot <= state.load * (1 + 1e-9));
          t.true(asked.length <= 41);
        }
      },
    ),
  );
});
