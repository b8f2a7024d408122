import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

/**
 * What a sidecar costs: resident memory and CPU of the bundle against a proxy with a realistic body and an OTLP
 * receiver, both in another process, beside a bare Node that only keeps a timer, in the same run.
 *
 *   node bench/sidecar.ts [--minutes 10] [--body-kib 180] [--flags="--no-opt"]
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'boolean' },
    minutes: { type: 'string', default: '10' },
    'body-kib': { type: 'string', default: '180' },
    flags: { type: 'string', default: '' },
  },
});

const CLOCK_TICKS_PER_SECOND = 100;
const SETTLE_MS = 20_000;

if (values.peers) servePeers(Number(values['body-kib']) * 1024);
else await measure();

async function measure(): Promise<void> {
  await import('../sidecar/build.ts');
  const peers = spawn(process.execPath, [import.meta.filename, '--peers', '--body-kib', values['body-kib']], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [proxyPort, collectorPort] = await firstLine(peers.stdout);
  const folder = mkdtempSync(join(tmpdir(), 'foresail-bench-'));
  const token = join(folder, 'token');
  writeFileSync(token, 'x'.repeat(1200));
  const bundle = join(import.meta.dirname, '../sidecar/pkg/foresail-sidecar.js');
  const sidecarArguments = [
    ...values.flags.split(' ').filter((flag) => flag !== ''),
    bundle,
    ...['--scrape', `http://127.0.0.1:${proxyPort}/metrics`],
    ...['--endpoint', `http://127.0.0.1:${collectorPort}`],
    ...['--token-file', token, '--state-file', join(folder, 'state')],
  ];
  const subjects = [
    { name: 'sidecar', child: spawn(process.execPath, sidecarArguments, { stdio: 'ignore' }) },
    {
      name: 'bare node',
      child: spawn(process.execPath, ['-e', 'setInterval(()=>{},1e3)'], { stdio: 'ignore' }),
    },
  ].map(({ name, child }) => ({ name, child, pid: Number(child.pid) }));
  try {
    await report(subjects, collectorPort);
  } finally {
    for (const { child } of subjects) child.kill();
    peers.kill();
    rmSync(folder, { recursive: true });
  }
}

async function report(
  subjects: readonly { readonly name: string; readonly pid: number }[],
  collectorPort: string | undefined,
): Promise<void> {
  await delay(SETTLE_MS);
  const before = subjects.map(({ pid }) => cpuMs(pid));
  const durationMs = Number(values.minutes) * 60_000;
  await delay(durationMs);
  for (const [i, { name, pid }] of subjects.entries()) {
    const milliCpu = ((cpuMs(pid) - (before[i] ?? 0)) / durationMs) * 1000;
    const memory = ['VmRSS', 'VmHWM', 'RssAnon'].map((key) => `${key} ${statusMiB(pid, key).toFixed(1)} MiB`);
    console.log(`${name}: ${memory.join(', ')}, CPU ${milliCpu.toFixed(2)} mCPU over ${values.minutes} min`);
  }
  const exported = await (await fetch(`http://127.0.0.1:${collectorPort}/count`)).text();
  console.log(
    `exports received: ${exported}; flags: ${values.flags || 'none'}; body ${values['body-kib']} KiB`,
  );
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string[]> {
  for await (const chunk of stream) return String(chunk).trim().split(' ');
  throw new Error('the peers did not start');
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND) * 1000;
}

function statusMiB(pid: number, key: string): number {
  const line = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}

/** A proxy whose counters grow with time, and a receiver that takes everything. Prints both ports. */
function servePeers(bodyBytes: number): void {
  let exports = 0;
  const proxy = createServer((_, response) => response.end(body(bodyBytes, performance.now() / 1000)));
  const collector = createServer((request, response) => {
    if (request.method === 'POST') exports++;
    request.resume().on('end', () => response.end(request.method === 'POST' ? '{}' : String(exports)));
  });
  // Longer than the interval, as a proxy or a receiver in production has it.
  for (const server of [proxy, collector]) server.keepAliveTimeout = 60_000;
  proxy.listen(0, '127.0.0.1', () =>
    collector.listen(0, '127.0.0.1', () => {
      console.log([proxy, collector].map((server) => (server.address() as AddressInfo).port).join(' '));
    }),
  );
}

/** Six clients, three codes, 26 buckets each, then families of no interest up to the size wanted. */
function body(bytes: number, seconds: number): string {
  const lines: string[] = [];
  for (let client = 0; client < 6; client++) {
    const labels = `direction="inbound",target_addr="10.0.0.1:8080",target_ip="10.0.0.1",target_port="8080",tls="true",client_id="client-${client}.shop.serviceaccount.identity.cluster.local",srv_group="",srv_kind="default",srv_name="all-unauthenticated",srv_port="8080",route_group="",route_kind="default",route_name="default"`;
    lines.push(`request_total{${labels}} ${Math.floor(seconds * 50 * (client + 1))}`);
    for (const [share, code] of [200, 404, 500].entries()) {
      const count = Math.floor((seconds * 50 * (client + 1)) / (1 + share * 20));
      const judged = `status_code="${code}",classification="${code < 500 ? 'success' : 'failure'}"`;
      lines.push(`response_total{${labels},${judged}} ${count}`);
      const bounds = [1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500].concat(
        [1, 2, 3, 4, 5, 10, 20, 30, 40, 50].map((thousands) => thousands * 1000),
      );
      for (const [i, le] of [...bounds, '+Inf'].entries()) {
        const below = Math.floor((count * Math.min(i + 1, 20)) / 20);
        lines.push(`response_latency_ms_bucket{${labels},status_code="${code}",le="${le}"} ${below}`);
      }
    }
  }
  const known = lines.join('\n');
  const filler = `tcp_read_bytes_total{direction="outbound",peer="dst",authority="other.shop.svc.cluster.local:8080",target_addr="10.0.0.2:8080",tls="true"} 123456\n`;
  const rest = filler.repeat(Math.max(0, Math.floor((bytes - known.length) / filler.length)));
  return `${known}\n${rest}process_start_time_seconds 1.7e9\n# EOF\n`;
}
