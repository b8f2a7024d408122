import test from 'ava';
import { judge } from './judge.ts';
import { parseScenario, ScenarioError } from './parse.ts';
import { play } from './play.ts';

const world = ['scaler min 2 max 20 capacity 50 lead 30s', 'load 100 for 5m', 'forecast knows the load'];

const refuses = test.macro((t, lines: readonly string[], message: string) => {
  const error = t.throws(() => parseScenario('x.scn', lines.join('\n')), { instanceOf: ScenarioError });
  t.is(error.message, message);
});

test(
  'an unknown sentence, with those that begin like it',
  refuses,
  [...world, 'operator sleeps'],
  'x.scn:4: "operator sleeps" must be one of\n  operator scales to {number} at {time}',
);
test(
  'an unknown setting',
  refuses,
  ['# first', 'scaler least 3'],
  'x.scn:2: "least" must be one of min, max, mode, budget, capacity, lead, startup, replicas, seen, mayScaleDown, up, down',
);
test(
  'a spec that the API would refuse',
  refuses,
  ['scaler min 0 max 20 capacity 50'],
  'x.scn:1: minReplicas: Too small: expected number to be >=1',
);
test(
  'a scaler without a capacity',
  refuses,
  ['scaler min 2 max 20'],
  'x.scn:1: capacity must be requests/s of one replica, above 0',
);
test(
  'a limit',
  refuses,
  ['scaler min 2 max 20 capacity 50 up fast'],
  'x.scn:1: "fast" must be like 4, 50%, 4/60s or 50%/2m',
);
test(
  'a time that is none',
  refuses,
  [...world, 'at  expect replicas 3', 'never removes'],
  'x.scn:4: "at expect replicas 3" must be one of\n  at {time} expect {of} {range}\n' +
    '  at {time} expect {of} {range} because {reason}\n  at most {number} changes',
);
test(
  'a load that is no whole number of steps',
  refuses,
  ['load 100 for 20s'],
  'x.scn:1: 20s must be a whole number of steps of 15s',
);
test(
  'a reason that does not exist',
  refuses,
  [...world, 'at 1m expect replicas 2 because OfTheMoon'],
  'x.scn:4: OfTheMoon must be a reason of controller/reasons.ts',
);
test(
  'no scaler',
  refuses,
  world.slice(1),
  'x.scn:1: there must be a line "scaler min N max N capacity N lead TIME"',
);
test('no load', refuses, world.slice(0, 1), 'x.scn:1: there must be a line "load ..."');
test('no forecast', refuses, world.slice(0, 2), 'x.scn:1: there must be a line "forecast ..."');
test('nothing expected', refuses, world, 'x.scn:1: there must be something to expect');

test('reads settings, loads and times', (t) => {
  const scenario = parseScenario(
    'x.scn',
    [
      'scaler min 2 max 20 capacity 50 lead 1m30s startup 45s replicas 4 mode Assisted budget 5% mayScaleDown true',
      'scaler min 3 max 20 capacity 50 lead 1m30s up 4/60s down 25%/2m   # the last one stands',
      'load 100 x2',
      'load 100 to 400 over 1m',
      'forecast   knows the load within 5%',
      'never below 3',
    ].join('\n'),
  );
  t.deepEqual(scenario.load, [100, 100, 100, 200, 300, 400]);
  t.is(scenario.startupSeconds, 90);
  t.is(scenario.replicas, 3);
  t.deepEqual(scenario.spec.behavior, {
    scaleUp: { maxReplicas: 4, cooldownSeconds: 60 },
    scaleDown: { maxPercent: 25, cooldownSeconds: 120 },
  });
});

/** The judge must be able to say no: each sentence is false of the same ramp, and the fault names what was seen. */
const denies = test.macro((t, sentence: string, seen: RegExp) => {
  const text = [
    'scaler min 2 max 20 capacity 50 lead 30s replicas 4',
    'load 180 for 5m',
    'load 600 for 2m',
    'load 180 for 12m',
    'forecast stays at the last rate from 0s',
    'telemetry is Partial at 2m for 1m',
    sentence,
  ].join('\n');
  const scenario = parseScenario('x.scn', text);
  const [fault = '', ...others] = judge(scenario, play(scenario));
  t.is(others.length, 0);
  t.regex(fault, seen);
});

test(
  'not true: at 5m15s expect replicas 11',
  denies,
  'at 5m15s expect replicas 11',
  /^x\.scn:7: at 5m15s expect replicas 11: at 5m15s 4 -> 12 \(4 ready, 600 requests\/s\) /,
);
test(
  'not true: at 5m15s expect replicas 12 because Steady',
  denies,
  'at 5m15s expect replicas 12 because Steady',
  /at 5m15s 4 -> 12 .* ForecastDemand: 12 replicas: /,
);
test(
  'not true: from 5m to 6m expect replicas 12',
  denies,
  'from 5m to 6m expect replicas 12',
  /: at 5m 4 -> 4 /,
);
test(
  'not true: at 5m30s expect ready 12',
  denies,
  'at 5m30s expect ready 12',
  /: at 5m30s 12 -> 12 \(4 ready/,
);
test('not true: at 1m10s expect replicas 4', denies, 'at 1m10s expect replicas 4', /no tick then/);
test('not true: never below 5', denies, 'never below 5', /: at 0s 4 -> 4 /);
test('not true: never above 11', denies, 'never above 11', /: at 5m15s 4 -> 12 /);
test('not true: never adds', denies, 'never adds', /: at 5m15s 4 -> 12 /);
test('not true: never removes', denies, 'never removes', /: at 12m30s 12 -> 4 /);
test('not true: never removes while paused', denies, 'never removes while paused', /that never was so/);
test(
  'not true: never adds more than 7 at once',
  denies,
  'never adds more than 7 at once',
  /: at 5m15s 4 -> 12 /,
);
test(
  'not true: at most 1 changes',
  denies,
  'at most 1 changes',
  /: 2 changes\n {2}at 5m15s 4 -> 12 .*\n {2}at 12m30s 12 -> 4 /,
);
test(
  'not true: never short of capacity',
  denies,
  'never short of capacity',
  /: at 5m 4 -> 4 \(4 ready, 600 requests\/s\) /,
);
