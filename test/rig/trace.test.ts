import test from 'ava';
import { traceProfile } from './trace.ts';

test('the generated day shows a rise and a fall to one who watches for five minutes', (t) => {
  const rps = traceProfile({ peakRps: 100, stepSeconds: 1 });
  const highest = rps.reduce((most, value) => Math.max(most, value), 0);
  t.is(highest, 100);
  t.true(rps.indexOf(highest) > 60 && rps.indexOf(highest) < 150, `the peak is at ${rps.indexOf(highest)} s`);
  t.true((rps[60] ?? 100) < 60, `${rps[60]} rps a minute after the start`);
  t.true((rps[240] ?? 100) < 20, `${rps[240]} rps four minutes after the start`);
});

test('each row lasts as long as is asked, scaled to the peak', (t) => {
  const rps = traceProfile({ peakRps: 50, stepSeconds: 3 });
  t.is(rps.length, 1800);
  t.is(rps[0], rps[2]);
});
