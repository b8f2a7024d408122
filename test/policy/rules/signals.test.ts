import test from 'ava';
import { example } from '../rule-example.ts';
import { cpu, missing } from '../signals.ts';

test('CPU needs more than the request rate', example, {
  rule: 'signalDemand',
  given: { signals: [cpu({ atLeast: 10.5 })] },
  before: 8,
  after: 15,
  says: 'SignalDemand: CPU is 10.5 cores in all, one replica may have 0.7',
});
test('CPU holds what the request rate would remove', example, {
  rule: 'signalDemand',
  given: { signals: [cpu()] },
  before: 8,
  after: 10,
  says: 'SignalDemand: 8 would do, but CPU is 7 cores in all, one replica may have 0.7',
});
test('no other signal', example, { rule: 'signalDemand', before: 8, after: 8 });
test('the request rate needs more', example, {
  rule: 'signalDemand',
  given: { signals: [cpu()] },
  before: 12,
  after: 12,
});

test('a signal that is missing is not low', example, {
  rule: 'signalMissing',
  given: { signals: [missing({ fault: 'the metrics API does not answer' })] },
  before: 7,
  after: 10,
  says: 'SignalMissing: 7 would do, but CPU is missing: the metrics API does not answer',
});
test('one that was read long ago neither', example, {
  rule: 'signalMissing',
  given: { signals: [cpu({ ageSeconds: 60 })] },
  before: 7,
  after: 10,
  says: 'SignalMissing: 7 would do, but CPU was last read 60 s ago',
});
test('nor one of too few pods', example, {
  rule: 'signalMissing',
  given: { signals: [cpu({ podsReporting: 4 })] },
  before: 7,
  after: 10,
  says: 'SignalMissing: 7 would do, but CPU is known of 4 of 10 pods only',
});
test('it does not hold what adds', example, {
  rule: 'signalMissing',
  given: { signals: [missing()] },
  before: 12,
  after: 12,
});
