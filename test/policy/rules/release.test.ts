import test from 'ava';
import { HOUR_MS } from '../observations.ts';
import { example } from '../rule-example.ts';

const ago = (seconds: number) => ({ releasedMs: HOUR_MS - seconds * 1000 });

test('nothing is removed for a while after a release', example, {
  rule: 'releaseFreeze',
  given: ago(200),
  before: 8,
  after: 10,
  says: 'ReleaseFreeze: 8 would do, but another revision was rolled out 200 s ago and nothing is removed for 600 s',
});
test('ten minutes later it is', example, { rule: 'releaseFreeze', given: ago(600), before: 8, after: 8 });
test('what is needed is added at once', example, {
  rule: 'releaseFreeze',
  given: ago(1),
  before: 12,
  after: 12,
});
test('without a release it has no say', example, { rule: 'releaseFreeze', before: 8, after: 8 });
