import test from 'ava';
import { createTelemetry } from '../../controller/series/telemetry.ts';
import { counter, report, T0, WORKLOAD } from './reports.ts';

const at = (seconds: number) => T0 + seconds * 1000;
const named = (name: string) => ({ ...WORKLOAD, name });

test('each workload has its own steps', (t) => {
  const telemetry = createTelemetry();
  for (const [name, rps] of [
    ['web', 10],
    ['api', 20],
  ] as const) {
    for (const second of [0, 15]) {
      telemetry.accept({
        ...report(`${name}-1`, [counter(at(second), rps * second)]),
        workload: named(name),
      });
    }
  }
  const closed = telemetry.close(at(17), ({ name }) => [`${name}-1`]);
  const rates = closed.map(({ workload, steps }) => [workload.name, steps.at(-1)?.rps]);
  t.deepEqual(rates, [
    ['web', 10],
    ['api', 20],
  ]);
});

test('workloads beyond the limit are refused and counted, known ones go on', (t) => {
  const telemetry = createTelemetry({ mostWorkloads: 2 });
  for (const name of ['a', 'b', 'c', 'a']) {
    telemetry.accept({ ...report('pod', [counter(at(5), 1)]), workload: named(name) });
  }
  const { workloads, overflow, reports } = telemetry.stats();
  t.deepEqual({ workloads, overflow, reports }, { workloads: 2, overflow: 1, reports: 4 });
});

test('what became of each point is counted', (t) => {
  const telemetry = createTelemetry();
  const send = (...points: Parameters<typeof report>[1]) => telemetry.accept(report('pod', points, at(20)));
  send(counter(at(20), 5));
  send(counter(at(20), 5));
  send(counter(at(20.5), Number.NaN), counter(at(19.5), 4));
  send(counter(at(20.6), 1, { temporality: 'delta', startMs: at(20) }));
  t.deepEqual(telemetry.stats().points, {
    taken: 2,
    late: 0,
    duplicate: 1,
    old: 0,
    mismatch: 1,
    rejected: 1,
  });
});

test('a workload nobody asked for is forgotten after an hour of silence, one that was asked for is not', (t) => {
  const telemetry = createTelemetry();
  telemetry.series(named('scaled'));
  for (const name of ['scaled', 'other']) {
    telemetry.accept({ ...report('pod', [counter(at(5), 1)]), workload: named(name) });
  }
  telemetry.close(at(3_700), () => undefined);
  t.is(telemetry.stats().workloads, 1);
  telemetry.forget(named('scaled'));
  t.is(telemetry.stats().workloads, 0);
});
