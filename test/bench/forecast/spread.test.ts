import test from 'ava';
import { spread } from '../../../bench/forecast/peers/run.ts';

test('every beginning of the sampled origins is spread over all of them', (t) => {
  const origins = Int32Array.of(10, 11, 12, 13, 14, 15, 16, 17);
  t.deepEqual(spread(origins, 4), [10, 14, 12, 16]);
  t.deepEqual([...spread(origins, 99)].sort(), [...origins], 'no more than there are, none twice');
});
