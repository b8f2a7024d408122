import test from 'ava';
import type { ContainerAmounts, Meter, Pod, PodUsage, Usages } from '../controller/ports.ts';
import { usageReading } from '../controller/usage-reading.ts';

const NOW_MS = 1_800_000_000_000;
const signal = { type: 'CPU', averageUtilization: 70 } as const;

const amounts = (cores: number, name = 'app', bytes = 1e8): ContainerAmounts => ({ name, cores, bytes });

function pod(name: string, given: Partial<Pod> = {}): Pod {
  const times = { createdMs: NOW_MS - 3_600_000, readyMs: NOW_MS - 3_590_000 };
  return { uid: name, name, ready: true, terminating: false, requests: [amounts(1)], ...times, ...given };
}

function usage(cores: number, given: Partial<PodUsage> = {}): PodUsage {
  return { atMs: NOW_MS - 20_000, windowSeconds: 15, containers: [amounts(cores)], ...given };
}

function read(
  pods: readonly Pod[],
  told: Record<string, PodUsage>,
  more: Partial<Usages> = {},
  of: object = signal,
) {
  const usages = { pods: new Map(Object.entries(told)), ...more };
  const meter: Meter = { refresh: () => {}, usages: () => usages, external: () => undefined };
  return usageReading({ ...signal, ...of }, { meter, namespace: 'shop', pods, wallMs: NOW_MS });
}

const four = [pod('a'), pod('b'), pod('c'), pod('d')];

test('the example: three of four pods are read', (t) => {
  const told = { a: usage(0.5), b: usage(0.6), c: usage(0.7) };
  const reading = read(four, told);
  if ('fault' in reading) return t.fail(reading.fault);
  t.is(reading.perReplica, 0.7);
  t.true(Math.abs(reading.atLeast - 1.8) < 1e-12);
  t.true(Math.abs(reading.atMost - 2.8) < 1e-12);
  t.deepEqual([reading.podsReporting, reading.podsExpected, reading.ageSeconds], [3, 4, 20]);
});

test('a target above the request is what a silent pod may use', (t) => {
  t.like(read([pod('a'), pod('b')], { a: usage(1) }, {}, { averageUtilization: 150 }), {
    perReplica: 1.5,
    atMost: 2.5,
  });
});

test('what a pod burns to start is not load', (t) => {
  const young = pod('d', { readyMs: NOW_MS - 30_000 });
  const told = { a: usage(0.5), d: usage(3) };
  t.like(read([pod('a'), young], told), { atLeast: 0.5, podsExpected: 1 });
  t.like(read([pod('a'), young], { ...told, d: usage(0.4, { atMs: NOW_MS - 14_000 }) }), { atLeast: 0.9 });
});

test('pods that are not Ready or on their way out are in neither sum', (t) => {
  const told = { a: usage(0.5), b: usage(9), c: usage(9) };
  const pods = [pod('a'), pod('b', { ready: false }), pod('c', { terminating: true })];
  t.like(read(pods, told), { atLeast: 0.5, atMost: 0.5, podsExpected: 1 });
});

test('a reading of three minutes ago is none', (t) => {
  t.deepEqual(read([pod('a')], { a: usage(0.5, { atMs: NOW_MS - 180_000 }) }), {
    fault: 'metrics.k8s.io has no reading of any Ready pod',
  });
});

test('a metrics API that does not answer is a fault in its words, not a zero; one read that failed is not', (t) => {
  const fault = 'metrics.k8s.io does not answer';
  t.deepEqual(read([pod('a')], {}, { fault }), { fault });
  t.like(read([pod('a')], { a: usage(0.5) }, { fault }), { atLeast: 0.5 });
});

test('without a request there is nothing to be a share of, and the pod is named', (t) => {
  const sidecar = amounts(Number.NaN, 'proxy');
  const mixed = pod('a', { requests: [amounts(1), sidecar] });
  const told = { a: usage(0, { containers: [amounts(0.5), amounts(0.3, 'proxy')] }) };
  const reading = read([mixed], told);
  t.regex('fault' in reading ? reading.fault : '', /^pod a has a container that requests no cpu/);
  t.like(read([mixed], told, {}, { container: 'app' }), { atLeast: 0.5, perReplica: 0.7 });
  const other = read([mixed], told, {}, { container: 'web' });
  t.regex('fault' in other ? other.fault : '', /has no container web/);
});

test('memory is in bytes', (t) => {
  t.like(read([pod('a')], { a: usage(0.5) }, {}, { type: 'Memory' }), { atLeast: 1e8, perReplica: 0.7e8 });
});
