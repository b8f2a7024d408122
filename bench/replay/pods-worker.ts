import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from 'undici';
import { tokenOf } from './pod-token.ts';
import type { PodArrivals, PodsAnswer, PodsConfig, PodsTick } from './pods.ts';
import { SimulatedPod } from './simulated-pod.ts';

/** Entry of the pods' worker thread: one PodsTick in, one PodsAnswer out. */
interface Sender {
  readonly pod: SimulatedPod;
  readonly headers: Readonly<Record<string, string>>;
}

const { origin, secret } = workerData as PodsConfig;
const pool = new Pool(origin, { connections: 4, pipelining: 8 });
let senders = new Map<string, Sender>();

parentPort?.on('message', async (tick: PodsTick) => {
  parentPort?.postMessage(await play(tick));
});

async function play(tick: PodsTick): Promise<PodsAnswer> {
  // Pods that are gone take their counters with them.
  senders = new Map(tick.pods.map((arrivals) => [arrivals.uid, senderOf(arrivals)]));
  const refusals = await Promise.all(tick.pods.map((arrivals) => tried(arrivals, tick)));
  const refusal = refusals.find((text) => text !== undefined);
  return { exports: tick.pods.length, ...(refusal === undefined ? {} : { refusal }) };
}

function senderOf({ uid, readyMs }: PodArrivals): Sender {
  const known = senders.get(uid);
  if (known) return known;
  const headers = {
    authorization: `Bearer ${tokenOf(uid, secret)}`,
    'content-type': 'application/x-protobuf',
  };
  return { pod: new SimulatedPod(readyMs), headers };
}

/** What went wrong, in words; undefined when nothing did. */
async function tried(arrivals: PodArrivals, tick: PodsTick): Promise<string | undefined> {
  try {
    return await exportOf(arrivals, tick);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function exportOf({ uid, requests }: PodArrivals, tick: PodsTick): Promise<string | undefined> {
  const sender = senders.get(uid);
  if (!sender) return undefined;
  sender.pod.serve(requests, (tick.endMs - tick.startMs) / 1000);
  const { statusCode, body } = await pool.request({
    path: '/v1/metrics',
    method: 'POST',
    headers: sender.headers,
    body: sender.pod.body(tick.endMs),
    // Undici pipelines only what may be sent twice; an export with cumulative counters may.
    idempotent: true,
  });
  if (statusCode === 200) {
    await body.dump();
    return undefined;
  }
  return `${statusCode} ${await body.text()}`;
}
