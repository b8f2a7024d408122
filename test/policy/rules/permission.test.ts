import test from 'ava';
import { spec } from '../observations.ts';
import { example } from '../rule-example.ts';

const inMode = (name: string) => ({ spec: spec({ mode: name }) });
test('Shadow only records', example, {
  rule: 'mode',
  given: inMode('Shadow'),
  before: 12,
  after: 10,
  says: 'ShadowMode: mode Shadow only records 12: the need',
});
test('Advisory only advises', example, {
  rule: 'mode',
  given: inMode('Advisory'),
  before: 12,
  after: 10,
  says: 'AdvisoryMode: mode Advisory only advises 12: the need',
});
test('Assisted never removes', example, {
  rule: 'mode',
  given: inMode('Assisted'),
  before: 8,
  after: 10,
  says: 'AssistedMode: mode Assisted never removes; 8 would do: the need',
});
test('Assisted may add', example, { rule: 'mode', given: inMode('Assisted'), before: 12, after: 12 });
test('Automatic does both', example, { rule: 'mode', before: 8, after: 8 });
test('nothing is written while paused', example, {
  rule: 'paused',
  given: { spec: spec({ paused: true }) },
  before: 12,
  after: 10,
  says: 'Paused: spec.paused is true; otherwise 12: the need',
});
