import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { load, requestBytes } from './ingest/load.ts';
import { sampleExport } from './ingest/sample.ts';

/**
 * Exports per second of the OTLP receiver on one core: the server is a process of its own, its CPU time is read from
 * inside, and beside it in the same run a plain fastify reads the same requests and answers 200. Medians of rounds.
 * Run: `npm run bench:ingest`, `node bench/ingest.ts --rounds 3 --seconds 1 --connections 16`.
 */
interface Usage {
  readonly cpuSeconds: number;
  readonly points: number;
  readonly rssMib: number;
}

const option = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rounds = option('rounds', 5);
const seconds = option('seconds', 2);
const connections = option('connections', 16);

const sample = sampleExport(Date.now());
const bodies = [
  [
    'protobuf',
    'application/x-protobuf',
    Buffer.from(ProtobufMetricsSerializer.serializeRequest(sample) ?? []),
  ],
  ['json', 'application/json', Buffer.from(JsonMetricsSerializer.serializeRequest(sample) ?? [])],
] as const;
const cases = bodies.flatMap(([format, contentType, plain]) =>
  [false, true].map((gzip) => {
    const body = gzip ? gzipSync(plain) : plain;
    const requests = Array.from({ length: connections }, (_, sender) =>
      requestBytes(contentType, gzip, body, sender),
    );
    return { name: `${format}${gzip ? ' gzip' : ''}`, bytes: body.length, requests };
  }),
);

async function start(kind: 'receiver' | 'peer'): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL('./ingest/server.ts', import.meta.url), [kind]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port };
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}

async function measure(server: { child: ChildProcess; port: number }, requests: readonly Buffer[]) {
  await load(server.port, requests, 200);
  const before = await usageOf(server.child);
  const startedMs = performance.now();
  const answers = await load(server.port, requests, seconds * 1000);
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const after = await usageOf(server.child);
  const perExport = (after.points - before.points) / answers;
  return {
    perSecond: answers / wallSeconds,
    perCpuSecond: answers / (after.cpuSeconds - before.cpuSeconds),
    perExport,
    rssMib: after.rssMib,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const receiver = await start('receiver');
const peer = await start('peer');
// rounds of all cases rather than all rounds of a case: a machine that slows down slows all of them down
const results = cases.map(() => ({
  own: [] as number[],
  cpu: [] as number[],
  peer: [] as number[],
  peerCpu: [] as number[],
}));
let rssMib = 0;
for (let round = 0; round < rounds; round += 1) {
  for (const [index, { name, requests }] of cases.entries()) {
    const own = await measure(receiver, requests);
    const beside = await measure(peer, requests);
    if (own.perExport !== 4) throw new Error(`${name}: ${own.perExport} points per export arrived, not 4`);
    rssMib = Math.max(rssMib, own.rssMib);
    results[index]?.own.push(own.perSecond);
    results[index]?.cpu.push(own.perCpuSecond);
    results[index]?.peer.push(beside.perSecond);
    results[index]?.peerCpu.push(beside.perCpuSecond);
  }
}
receiver.child.disconnect();
peer.child.disconnect();
receiver.child.kill();
peer.child.kill();

console.log(`exports per second, ${connections} connections, median of ${rounds} rounds of ${seconds} s`);
console.table(
  Object.fromEntries(
    cases.map(({ name, bytes }, index) => {
      const { own = [], cpu = [], peer: peerWall = [], peerCpu = [] } = results[index] ?? {};
      const row = {
        bytes,
        'per second': Math.round(median(own)),
        'per CPU second': Math.round(median(cpu)),
        'peer per second': Math.round(median(peerWall)),
        'peer per CPU second': Math.round(median(peerCpu)),
        'ratio (CPU)': Number((median(cpu) / median(peerCpu)).toFixed(2)),
      };
      return [name, row];
    }),
  ),
);
console.log(`receiver's RSS: ${rssMib.toFixed(0)} MiB`);
