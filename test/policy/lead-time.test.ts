import test from 'ava';
import {
  initialLeadTime,
  type LeadTimeState,
  leadTimeOf,
  learnLeadTime,
  noteOrder,
  stuckPods,
} from '../../controller/policy/lead-time.ts';
import type { Pod } from '../../controller/ports.ts';
import { spec } from './observations.ts';

const NINE_MS = Date.UTC(2026, 0, 5, 9);

function pod(uid: string, startSeconds?: number, createdMs = NINE_MS): Pod {
  const started = startSeconds === undefined ? {} : { readyMs: createdMs + startSeconds * 1000 };
  return { uid, name: uid, ready: startSeconds !== undefined, terminating: false, createdMs, ...started };
}

function learned(...starts: readonly number[]): LeadTimeState {
  return learnLeadTime(
    initialLeadTime(),
    starts.map((seconds, at) => pod(`pod-${at}`, seconds)),
  );
}

test('before any start the default stands', (t) => {
  t.deepEqual(leadTimeOf(initialLeadTime(), spec()), { seconds: 60, source: 'default', starts: 0 });
});
test('the slowest of a few starts', (t) => {
  t.deepEqual(leadTimeOf(learned(18, 20, 22), spec()), { seconds: 22, source: 'learned', starts: 3 });
});
test('two starts are too few to go below the default, not to go above', (t) => {
  t.deepEqual(leadTimeOf(learned(18, 20), spec()), { seconds: 60, source: 'default', starts: 2 });
  t.deepEqual(leadTimeOf(learned(90), spec()), { seconds: 90, source: 'learned', starts: 1 });
});
test('of many starts the slowest twentieth is left out', (t) => {
  const starts = Array.from({ length: 40 }, (_, at) => (at < 2 ? 300 : 20));
  t.is(leadTimeOf(learned(...starts), spec()).seconds, 20);
  t.is(leadTimeOf(learned(...starts, 300), spec()).seconds, 300);
});
test('only the last 50 starts count', (t) => {
  const starts = Array.from({ length: 60 }, (_, at) => (at < 10 ? 500 : 20));
  t.deepEqual(leadTimeOf(learned(...starts), spec()), { seconds: 20, source: 'learned', starts: 50 });
});
test('spec.forecast.leadSeconds pins it', (t) => {
  const pinned = spec({ forecast: { leadSeconds: 45 } });
  t.deepEqual(leadTimeOf(learned(18, 20, 22), pinned), { seconds: 45, source: 'pinned', starts: 3 });
});
test('a pod counts once, when it becomes Ready', (t) => {
  const starting = learnLeadTime(initialLeadTime(), [pod('a')]);
  t.deepEqual(starting.starts, []);
  const ready = learnLeadTime(starting, [pod('a', 20)]);
  t.deepEqual(ready.starts, [20]);
  t.is(learnLeadTime(ready, [pod('a', 20)]), ready);
});
test('pods that are gone are forgotten, their start is not', (t) => {
  const state = learnLeadTime(learned(18, 20, 22), [pod('pod-2', 22)]);
  t.deepEqual(state.counted, ['pod-2']);
  t.is(state.starts.length, 3);
});
test('a start of more than 10 minutes is no start-up time', (t) => {
  t.deepEqual(learned(601, -1).starts, []);
  t.deepEqual(learned(600).starts, [600]);
});
test('a pod that does not become Ready is named after 10 minutes', (t) => {
  const pods = [pod('stuck'), pod('ready', 20), { ...pod('leaving'), terminating: true }];
  t.deepEqual(stuckPods(pods, NINE_MS + 600_000), []);
  t.deepEqual(
    stuckPods(pods, NINE_MS + 600_001).map(({ name }) => name),
    ['stuck'],
  );
});
test('the time from the order to its first pod is part of it', (t) => {
  const ordered = noteOrder(learned(18, 20, 22), NINE_MS + 60_000);
  t.is(learnLeadTime(ordered, [pod('pod-0', 18)]).orders.length, 0);
  const answered = learnLeadTime(ordered, [
    pod('new', undefined, NINE_MS + 64_000),
    pod('newer', 20, NINE_MS + 70_000),
  ]);
  t.deepEqual(answered.orders, [4]);
  t.false('orderedAtMs' in answered);
  t.is(leadTimeOf(answered, spec()).seconds, 22 + 4);
});
test('stamps of whole seconds do not make an order negative', (t) => {
  const ordered = noteOrder(initialLeadTime(), NINE_MS + 900);
  t.deepEqual(learnLeadTime(ordered, [pod('new')]).orders, [0]);
});
test('survives being remembered as JSON; anything else starts empty', (t) => {
  const state = noteOrder(learned(18, 20, 22), NINE_MS);
  t.deepEqual(initialLeadTime(JSON.parse(JSON.stringify(state))), state);
  for (const broken of [undefined, null, 7, {}, { starts: ['x'], orders: [], counted: [] }]) {
    t.deepEqual(initialLeadTime(broken), { starts: [], orders: [], counted: [] });
  }
});
