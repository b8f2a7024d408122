import test from 'ava';
import { runExplain } from '../../controller/cli/explain.ts';
import { VirtualClock } from '../../controller/clock.ts';
import { type Call, Unreachable } from '../../controller/kube/connection.ts';
import { decide } from '../../controller/policy/decide.ts';
import { explanationOf } from '../../controller/policy/explanation.ts';
import { RecordingConnection } from '../kube/recording-connection.ts';
import { observation } from '../policy/observations.ts';
import { Output } from './backtest-bench.ts';

const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
const seen = observation({ wallMs: NOW_MS });
const told = explanationOf({ observation: seen, decision: decide(seen) });

const scaler = {
  metadata: { namespace: 'shop', name: 'cart-scaler', uid: 'u', resourceVersion: '1' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'cart' }, maxReplicas: 20 },
  status: {
    currentReplicas: 10,
    desiredReplicas: 8,
    conditions: [
      {
        ...{ type: 'Ready', status: 'True', reason: 'Steady', message: 'the target is watched' },
        lastTransitionTime: '2026-11-24T01:00:00Z',
      },
    ],
  },
};
const podOf = (name: string) => ({
  metadata: { namespace: 'foresail', name, uid: name, resourceVersion: '1' },
  status: { phase: 'Running' },
});

type Ask = (pod: string, path: string) => { status: number; body: string };
const answers = (leading: boolean) => ({ status: 200, body: JSON.stringify({ leading, explanation: told }) });

async function run(
  args: readonly string[],
  ask: Ask,
  pods = ['foresail-0', 'foresail-1'],
  refused?: Call['path'],
) {
  const connection = new RecordingConnection();
  connection.answer = ({ path }) => {
    if (path === refused) return { status: 403, body: { message: 'pods is forbidden' } };
    const shop = path === '/apis/foresail.dev/v1alpha1/namespaces/shop/predictivescalers';
    const items = shop ? [scaler] : path === '/api/v1/namespaces/foresail/pods' ? pods.map(podOf) : [];
    return { status: 200, body: { items } };
  };
  const [stdout, stderr] = [new Output(), new Output()];
  const asked: string[] = [];
  const parts = {
    ...{ clock: new VirtualClock(NOW_MS), connection, namespace: 'shop' },
    askPod: async (pod: string, path: string) => {
      asked.push(`${pod} ${path}`);
      return ask(pod, path);
    },
    fetch: async (url: string | URL | Request) => {
      asked.push(String(url));
      return Response.json({ leading: true, explanation: told });
    },
  };
  const io = { stdout, stderr, env: {} };
  const code = await runExplain(args, io, parts).catch((error: Error) => error);
  return { code, out: stdout.text, err: stderr.text, asked };
}

test('the decision is told in words: what was known, the rules, and what an HPA would do', async (t) => {
  const { code, out, asked } = await run(['cart-scaler'], () => answers(true));
  t.is(code, 0);
  t.deepEqual(asked, ['foresail-0 /explain?workload=shop%2FDeployment%2Fcart']);
  t.regex(
    out,
    /^shop\/Deployment\/cart at 2026-11-24T03:00:00\.000Z, mode Automatic\n10 replicas \(10 ready, 0 starting\) become 8/,
  );
  t.regex(out, /load +600 requests\/s, 5 s old\na replica carries +75 requests\/s \(pinned\)/);
  t.regex(out, /\n> forecastDemand +8 +ForecastDemand +the forecast expects/);
  t.regex(out, /an HPA at 70 % of what a replica carries would ask for 12 replicas/);
});

test('json is what the controller keeps, and whether it leads', async (t) => {
  const { out } = await run(['shop/cart-scaler', '-o', 'json'], () => answers(true));
  t.deepEqual(JSON.parse(out), { leading: true, ...told });
});

for (const name of ['deployment/cart', 'Deployments/cart', 'shop/deployment/cart', 'shop/cart-scaler']) {
  test(`a target is found by ${name}`, async (t) => {
    t.is((await run([name], () => answers(true))).code, 0);
  });
}

test('the leader answers, whichever pod it is; a follower speaks for it when it cannot', async (t) => {
  const leader = await run(['cart-scaler'], (pod) => answers(pod === 'foresail-1'));
  t.is(leader.asked.length, 2);
  t.notRegex(leader.out, /does not lead/);
  const follower = await run(['cart-scaler'], (pod) => {
    if (pod === 'foresail-1') throw new Unreachable('gone');
    return answers(false);
  });
  t.is(follower.code, 0);
  t.regex(follower.out, /This controller does not lead/);
});

test('--at asks for the moment, also so long ago', async (t) => {
  const at = async (text: string) => (await run(['cart-scaler', '--at', text], () => answers(true))).asked[0];
  t.regex((await at('20m')) ?? '', /at=2026-11-24T02%3A40%3A00\.000Z$/);
  t.regex((await at('2026-11-24T01:00:00Z')) ?? '', /at=2026-11-24T01%3A00%3A00\.000Z$/);
});

test('a controller that cannot be reached leaves what the status says, and says so', async (t) => {
  const unreachable = await run(['cart-scaler'], () => {
    throw new Unreachable('port-forward to foresail/foresail-0: 403');
  });
  t.is(unreachable.code, 1);
  t.regex(unreachable.err, /could not be asked: port-forward to foresail\/foresail-0: 403/);
  t.regex(unreachable.out, /desiredReplicas {2}8\nReady=True {2}Steady, since 2026-11-24T01:00:00Z/);
  const forbidden = await run(['cart-scaler'], () => answers(true), [], '/api/v1/namespaces/foresail/pods');
  t.is(forbidden.code, 1);
  t.regex(forbidden.err, /pods is forbidden/);
  const none = await run(['cart-scaler', '-o', 'json'], () => answers(true), []);
  t.like(JSON.parse(none.out), { explained: false, status: { desiredReplicas: 8 } });
});

test('a moment before all that is kept, and an answer of another version, are said', async (t) => {
  const since = await run(['cart-scaler', '--at', '9h'], () => ({
    status: 404,
    body: '{"leading":true,"since":"2026-11-24T02:00:00Z"}',
  }));
  t.is(since.code, 1);
  t.regex(since.err, /keeps decisions of this workload since 2026-11-24T02:00:00Z only/);
  const other = await run(['cart-scaler'], () => ({
    status: 200,
    body: '{"leading":true,"explanation":{}}',
  }));
  t.is(other.code, 1);
  t.regex(other.err, /another version/);
});

test('--address asks there, and needs no right to pods', async (t) => {
  const { code, asked } = await run(
    ['cart-scaler', '--address', 'http://127.0.0.1:9091'],
    () => answers(true),
    [],
    '/api/v1/namespaces/foresail/pods',
  );
  t.is(code, 0);
  t.deepEqual(asked, ['http://127.0.0.1:9091/explain?workload=shop%2FDeployment%2Fcart']);
});

test('a target that is not there, and arguments that cannot be, are bad input', async (t) => {
  const { code } = await run(['nobody'], () => answers(true));
  t.regex(String(code), /there must be a valid PredictiveScaler nobody in namespace shop/);
  for (const args of [
    [],
    ['a/b/c/d'],
    ['cart-scaler', '--at', 'noon'],
    ['cart-scaler', '--address', 'here'],
  ]) {
    const { code: refused } = await run(args, () => answers(true));
    t.is((refused as Error).name, 'CommanderError', args.join(' '));
  }
});
