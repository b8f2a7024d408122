import { Writable } from 'node:stream';
import test from 'ava';
import { createLogger, logRecorder } from '../../controller/observe/log.ts';
import type { Reason } from '../../controller/reasons.ts';
import { observation } from '../policy/observations.ts';

function logged(level: string) {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
      done();
    },
  });
  return { lines, log: createLogger(level, sink) };
}

const decision = (reason: Reason, replicas = 5) => ({
  ...{ replicas, recommended: replicas, act: false, reason, message: `${replicas} replicas`, trace: [] },
  memory: { recommendations: [], sinceMs: 0 },
});

test('a reason is logged when it is new, and not while it stays', (t) => {
  const { lines, log } = logged('info');
  const recorder = logRecorder(log);
  for (const reason of ['Steady', 'Steady', 'AtMaximum', 'AtMaximum', 'Steady'] as const) {
    recorder.decided({ observation: observation(), decision: decision(reason) });
  }
  t.deepEqual(
    lines.map(({ reason }) => reason),
    ['Steady', 'AtMaximum', 'Steady'],
  );
});

test('every write is logged, one that did not succeed as a warning', (t) => {
  const { lines, log } = logged('info');
  const recorder = logRecorder(log);
  const refused = { kind: 'refused', reason: 'FencedOut', message: 'the epoch must be 4' } as const;
  recorder.decided({ observation: observation(), decision: decision('Steady') });
  recorder.decided({
    observation: observation(),
    decision: decision('Steady'),
    outcome: { kind: 'written', replicas: 5 },
  });
  recorder.decided({ observation: observation(), decision: decision('Steady'), outcome: refused });
  t.deepEqual(
    lines.map(({ level }) => level),
    ['info', 'info', 'warn'],
  );
  t.like(lines.at(-1), { workload: 'shop/Deployment/cart', outcome: refused });
});

test('a write that goes on failing is one line', (t) => {
  const { lines, log } = logged('info');
  const recorder = logRecorder(log);
  const outcome = { kind: 'unreachable', message: 'connect ECONNREFUSED' } as const;
  for (let again = 0; again < 5; again++) {
    recorder.decided({ observation: observation(), decision: decision('ForecastDemand'), outcome });
  }
  t.deepEqual(
    lines.map(({ level }) => level),
    ['warn'],
  );
});

test('a workload that was forgotten is new when it comes again', (t) => {
  const { lines, log } = logged('info');
  const recorder = logRecorder(log);
  recorder.decided({ observation: observation(), decision: decision('Steady') });
  recorder.forgotten(observation().workload);
  recorder.decided({ observation: observation(), decision: decision('Steady') });
  t.is(lines.length, 2);
});

test('a token that gets into a line is not written', (t) => {
  const { lines, log } = logged('info');
  log.info(
    { token: 'secret', headers: { authorization: 'Bearer secret' }, request: { token: 'secret' } },
    'hello',
  );
  t.false(JSON.stringify(lines).includes('secret'));
});
