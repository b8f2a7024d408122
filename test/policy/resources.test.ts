import test from 'ava';
import fc from 'fast-check';
import {
  type ContainerSample,
  initialResources,
  learnResources,
  type ResourcesState,
  recommend,
  requestText,
} from '../../controller/policy/resources.ts';

const DAY_MS = 86_400_000;
const START_MS = 20_000 * DAY_MS;
const MIB = 2 ** 20;

const sample = (at: number, cores: number, mib = 400, name = 'app'): ContainerSample => ({
  ...{ name, cores, bytes: mib * MIB },
  atMs: START_MS + at * 15_000,
});
const learn = (samples: readonly ContainerSample[], state = initialResources()): ResourcesState =>
  samples.reduce((so, one) => learnResources(so, [one]), state);
const range = (count: number, from = 1) => Array.from({ length: count }, (_, at) => at + from);

test('the example: p95 of CPU, the peak of memory and a fifth', (t) => {
  const state = learn(range(1000).map((at) => sample(at, at % 25 === 0 ? 0.9 : 0.2)));
  const [app] = recommend(state);
  if (app === undefined) return t.fail('nothing recommended');
  t.true(app.cores >= 0.2 && app.cores <= 0.22, `${app.cores}`);
  t.deepEqual(requestText(app).memory, '480Mi');
});

test('nothing is said before an hour of readings', (t) => {
  t.deepEqual(recommend(learn(range(239).map((at) => sample(at, 0.2)))), []);
});

test('a reading counts once, and what is no figure never', (t) => {
  const once = learn([sample(1, 0.2)]);
  t.is(learnResources(once, [sample(1, 0.9), sample(0, 0.9)]), once);
  t.is(learnResources(once, [sample(2, Number.NaN), sample(3, -1)]), once);
});

test('CPU of days ago fades: half of it in a day', (t) => {
  const old = learn(range(300).map((at) => sample(at, 2)));
  const later = learn(
    range(300, 1 + (6 * DAY_MS) / 15_000).map((at) => sample(at, 0.1)),
    old,
  );
  t.true((recommend(later)[0]?.cores ?? 9) < 0.12);
});

test('a peak of memory stands for eight days', (t) => {
  const old = learn([...range(300).map((at) => sample(at, 0.1, 300)), sample(301, 0.1, 1000)]);
  const after = (days: number) => learn([sample((days * DAY_MS) / 15_000, 0.1, 300)], old);
  t.is(recommend(after(7))[0]?.bytes, 1200 * MIB);
  t.is(recommend(after(8))[0]?.bytes, 360 * MIB);
});

test('the least is the VPA’s for a pod, shared by its containers', (t) => {
  const samples = range(300).flatMap((at) => [sample(at, 0, 1), sample(at, 0, 1, 'proxy')]);
  const state = range(300).reduce(
    (so, at) =>
      learnResources(
        so,
        samples.filter(({ atMs }) => atMs === START_MS + at * 15_000),
      ),
    initialResources(),
  );
  t.deepEqual(recommend(state).map(requestText), [
    { cpu: '13m', memory: '125Mi' },
    { cpu: '13m', memory: '125Mi' },
  ]);
});

test('what is stored comes back the same; what is not such a state begins anew', (t) => {
  const state = learn(range(300).map((at) => sample(at, 0.2)));
  t.deepEqual(initialResources(JSON.parse(JSON.stringify(state))), state);
  t.deepEqual(initialResources({ atMs: 'x' }), { atMs: 0, containers: [] });
});

test('the state stays small and the recommendation at or above p95, whatever is read', (t) => {
  const cores = fc.array(fc.double({ min: 0.05, max: 5000, noNaN: true }), {
    minLength: 240,
    maxLength: 400,
  });
  fc.assert(
    fc.property(cores, (values) => {
      const state = learn(values.map((value, at) => sample(at + 1, value)));
      const [app] = recommend(state);
      const ascending = [...values].sort((a, b) => a - b);
      const p90 = Math.min(900, ascending[Math.floor(values.length * 0.9)] ?? 0);
      return JSON.stringify(state).length < 8000 && (app?.cores ?? 0) >= p90;
    }),
    { numRuns: 50 },
  );
  t.pass();
});
