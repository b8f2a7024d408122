import test from 'ava';
import { Quarantine } from '../../controller/forecast/quarantine.ts';

test('two failures are forgiven, the third is a minute away from the core', (t) => {
  const quarantine = new Quarantine();
  quarantine.failed('x', 'ModelTrapped', 0);
  quarantine.failed('x', 'ModelTrapped', 0);
  t.is(quarantine.holds('x', 0), undefined);
  quarantine.failed('x', 'ModelNotFinite', 0);
  t.is(quarantine.holds('x', 59_999), 'ModelNotFinite');
  t.is(quarantine.holds('x', 60_000), undefined);
  t.is(quarantine.holds('y', 0), undefined, 'others are not concerned');
});

test('each further failure doubles the pause, up to a quarter of an hour', (t) => {
  const quarantine = new Quarantine();
  const pauses: number[] = [];
  for (let failure = 1; failure <= 9; failure++) {
    quarantine.failed('x', 'ModelTimedOut', 0);
    let minutes = 0;
    while (quarantine.holds('x', minutes * 60_000)) minutes++;
    pauses.push(minutes);
  }
  t.deepEqual(pauses, [0, 0, 1, 2, 4, 8, 15, 15, 15]);
});

test('one success forgets everything', (t) => {
  const quarantine = new Quarantine();
  for (let failure = 0; failure < 5; failure++) quarantine.failed('x', 'ModelTrapped', 0);
  t.is(quarantine.count(0), 1);
  quarantine.succeeded('x');
  t.is(quarantine.count(0), 0);
  quarantine.failed('x', 'ModelTrapped', 0);
  t.is(quarantine.holds('x', 0), undefined);
});
