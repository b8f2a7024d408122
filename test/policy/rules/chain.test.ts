import test from 'ava';
import type { Observation } from '../../../controller/policy/observation.ts';
import { says } from '../../../controller/policy/rule.ts';
import { forecastChain } from '../../../controller/policy/rules/chain.ts';
import { assess } from '../../../controller/policy/situation.ts';
import { forecast, observation, target } from '../observations.ts';

function words(given: Partial<Observation>): string {
  return forecastChain.apply(assess(observation(given), target(9)), says(9, 'Steady', 'the need')).message;
}

test('it says that the model answers', (t) => {
  t.is(words({}), 'the model answers');
});

test('it says why the model and the seasonal baseline do not answer, in the order they were asked', (t) => {
  const seasonal = { ...forecast(600), source: 'seasonal', fallbackReason: 'ModelTimedOut' } as const;
  t.is(
    words({ forecast: seasonal }),
    'the seasonal baseline answers. ModelTimedOut: the forecaster missed its deadline; the fallback answered',
  );
  const conservative = { ...forecast(600), source: 'conservative', fallbackReason: 'ModelTrapped' } as const;
  t.is(
    words({ forecast: conservative }),
    'the conservative baseline answers. ModelTrapped: the forecaster trapped; the fallback answered. ' +
      'SeasonUnknown: too little of the last season is known for the seasonal baseline; the conservative one answers',
  );
});

test('without a forecast the load decides, and without a load replicas hold', (t) => {
  t.is(
    words({ forecast: undefined }),
    'nothing has been forecast yet: the load of this moment alone decides',
  );
  t.is(
    words({ forecast: undefined, recent: [] }),
    'nothing has been forecast and no load is known: replicas hold',
  );
});

test('a broken forecast is said to be broken', (t) => {
  t.is(
    words({ forecast: forecast(() => ({ p50: Number.NaN })) }),
    'the last forecast holds something that is not a number: until there is a newer one the load of this moment may add, and nothing is removed',
  );
});
