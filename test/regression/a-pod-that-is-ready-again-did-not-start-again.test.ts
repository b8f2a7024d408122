import test from 'ava';
import { initialLeadTime, learnLeadTime } from '../../controller/policy/lead-time.ts';
import type { Pod } from '../../controller/ports.ts';

/* A controller that was started while a pod was not Ready forgot that it had been counted, and learned a start of minutes. */

const pod = (readySeconds?: number): Pod => ({
  ...{ uid: 'pod-0', name: 'web-0', ready: readySeconds !== undefined, terminating: false, createdMs: 0 },
  ...(readySeconds === undefined ? {} : { readyMs: readySeconds * 1000 }),
});

test('a pod that was counted is not counted again when it is Ready again, whatever this process saw of it', (t) => {
  const learned = learnLeadTime(initialLeadTime(), [pod(20)]);
  t.deepEqual(learned.starts, [20]);
  const restarted = initialLeadTime(JSON.parse(JSON.stringify(learned)));
  const unready = learnLeadTime(restarted, [pod()]);
  t.is(unready, restarted);
  t.deepEqual(learnLeadTime(unready, [pod(500)]).starts, [20]);
});

test('a pod that is gone is forgotten', (t) => {
  const learned = learnLeadTime(initialLeadTime(), [pod(20)]);
  t.deepEqual(learnLeadTime(learned, []).counted, []);
});
