import test from 'ava';
import fc from 'fast-check';
import { isHot, outcomeOf } from '../../../bench/replay/outcome.ts';
import { needs, oracleScaler } from '../../../bench/replay/scalers/oracle.ts';
import { done, play, rowsOf } from '../../../bench/replay/schedule.ts';
import { demand } from '../demands.ts';

test('the example: at any moment as many as any tick within the start-up needs', (t) => {
  const load = demand([3, 3, 5, 4, 2].map((pods) => pods * 0.9));
  const first = Math.max(...needs(load.pods).subarray(0, 3));
  const { ready, starting } = done(
    play(oracleScaler(load, 30), { demand: load, startupSeconds: 30, replicas: first }),
  );
  t.deepEqual(
    [...ready].map((up, tick) => up + (starting[tick] ?? 0)),
    [5, 5, 5, 4, 2],
  );
});

const loads = fc.array(fc.double({ min: 0.1, max: 60, noNaN: true }), { minLength: 12, maxLength: 80 });
const startups = fc.constantFrom(10, 15, 20, 30, 90, 180);

test('it never runs hot, and one pod less at any moment of its schedule would', (t) => {
  fc.assert(
    fc.property(loads, startups, fc.nat(), (pods, startupSeconds, pick) => {
      const load = demand(pods);
      const lead = Math.ceil(startupSeconds / 15);
      const first = Math.max(...needs(load.pods).subarray(0, lead + 1));
      const ground = { demand: load, startupSeconds, replicas: first };
      const best = done(play(oracleScaler(load, startupSeconds), ground));
      const rows = rowsOf(best, 0);
      t.false(rows.some(isHot));
      const asked = rows.map(({ requested }) => requested);
      const at = 1 + (pick % (pods.length - 1));
      if ((asked[at] ?? 0) <= 1) return;
      // the schedule with one pod less asked for from one tick's start
      const cut = asked.map((count, tick) => (tick === at ? count - 1 : count));
      let tick = 0;
      const worse = done(play({ name: 'cut', decide: () => cut[++tick] ?? cut.at(-1) ?? 1 }, ground));
      const seen = rowsOf(worse, 0);
      // what it asks for serves up to the lead later; beyond the end of the trace nothing can tell
      if (at + lead < pods.length || seen.some(isHot)) t.true(seen.some(isHot));
    }),
  );
});

test('no schedule that never runs hot is cheaper', (t) => {
  const shifts = fc.array(fc.constantFrom(-1, 0, 0, 0, 1), { minLength: 80, maxLength: 80 });
  let compared = 0;
  fc.assert(
    fc.property(loads, startups, shifts, (pods, startupSeconds, shift) => {
      const load = demand(pods);
      const ground = { demand: load, startupSeconds, replicas: Math.max(...needs(load.pods)) };
      const best = rowsOf(done(play(oracleScaler(load, startupSeconds), ground)), 0);
      let tick = 0;
      const near = () => {
        tick++;
        return Math.max(1, (best[Math.min(tick, best.length - 1)]?.requested ?? 1) + (shift[tick] ?? 0));
      };
      const other = rowsOf(done(play({ name: 'near', decide: near }, ground)), 0);
      // what is given up at the very end may be needed by nobody who is looked at
      if (other.some(isHot)) return;
      compared++;
      const lead = Math.ceil(startupSeconds / 15);
      const judged = (rows: typeof best) =>
        outcomeOf(rows.slice(0, Math.max(1, rows.length - lead))).podHours;
      t.true(judged(best) <= judged(other) + 1e-9);
    }),
    { numRuns: 500 },
  );
  t.true(compared > 0);
});
