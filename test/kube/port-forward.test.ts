import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { KubeConfig, type PortForward } from '@kubernetes/client-node';
import test, { type ExecutionContext } from 'ava';
import { Unreachable } from '../../controller/kube/connection.ts';
import { getFromPod } from '../../controller/kube/port-forward.ts';

type Opened = Awaited<ReturnType<PortForward['portForward']>>;

/** What the library does between the streams and the pod, without a web socket. */
function forwarded(serverPort: number, trouble?: string): Pick<PortForward, 'portForward'> {
  return {
    async portForward(
      _namespace: string,
      _pod: string,
      _ports: number[],
      output: Writable,
      err: Writable | null,
      input: Readable,
    ) {
      const socket = connect(serverPort, '127.0.0.1');
      await once(socket, 'connect');
      const opened = { onclose: () => {}, close: () => socket.destroy() };
      input.pipe(socket);
      socket.on('data', (chunk) => output.write(chunk));
      socket.on('close', () => opened.onclose());
      // The library writes an empty message first, when it has read the port.
      err?.write(trouble ?? '');
      return opened as unknown as Opened;
    },
  };
}

async function pod(t: ExecutionContext, body: string): Promise<number> {
  const http = createServer((request, response) => response.end(`${request.url} ${body}`)).listen(
    0,
    '127.0.0.1',
  );
  await once(http, 'listening');
  t.teardown(() => http.close());
  return (http.address() as AddressInfo).port;
}

const to = (forward: Pick<PortForward, 'portForward'>) => ({
  ...{ config: new KubeConfig(), namespace: 'foresail', pod: 'foresail-0', port: 9091, forward },
});

test('an answer comes whole through the streams of a port-forward, however long it is', async (t) => {
  const body = 'x'.repeat(300_000);
  const got = await getFromPod(to(forwarded(await pod(t, body))), '/explain?workload=a');
  t.deepEqual(got, { status: 200, body: `/explain?workload=a ${body}` });
});

test('what the kubelet says went wrong is said, with the pod', async (t) => {
  const going = getFromPod(to(forwarded(await pod(t, ''), 'error forwarding port 9091: refused')), '/');
  const error = await t.throwsAsync(going, { instanceOf: Unreachable });
  t.is(error?.message, 'foresail/foresail-0: error forwarding port 9091: refused');
});

test('an API server that refuses is unreachable for this, in words', async (t) => {
  const refusing = { portForward: () => Promise.reject({ message: 'Unexpected server response: 403' }) };
  const error = await t.throwsAsync(getFromPod(to(refusing), '/'), { instanceOf: Unreachable });
  t.is(error?.message, 'port-forward to foresail/foresail-0: Unexpected server response: 403');
});
