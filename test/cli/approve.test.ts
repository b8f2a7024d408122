import test from 'ava';
import { runApprove } from '../../controller/cli/approve.ts';
import { VirtualClock } from '../../controller/clock.ts';
import type { Call, Reply } from '../../controller/kube/connection.ts';
import { RecordingConnection } from '../kube/recording-connection.ts';
import { Output } from './backtest-bench.ts';

const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
const API = '/apis/foresail.dev/v1alpha1/namespaces/shop';
const plan = { hash: '9f0c', from: 10, to: 80, expires: '2026-11-24T03:20:00Z' };
const scaler = (heldPlan: object | undefined) => ({
  metadata: { namespace: 'shop', name: 'cart', uid: 'u-1', resourceVersion: '1' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'cart' }, maxReplicas: 100 },
  status: {
    heldPlan,
    conditions: [
      {
        ...{
          type: 'ScalingLimited',
          status: 'True',
          reason: 'PlanHeld',
          message: '8 times the highest need of a week',
        },
        lastTransitionTime: '2026-11-24T02:59:00Z',
      },
    ],
  },
});

interface Bench {
  readonly held?: object | undefined;
  /** What a terminal's user types; undefined: there is no terminal. */
  readonly typed?: string;
  readonly as?: string;
  readonly answer?: (call: Call) => Reply | undefined;
}

async function run(args: readonly string[], bench: Bench = {}) {
  const connection = new RecordingConnection();
  const { as = 'ann', answer, typed } = bench;
  const held = 'held' in bench ? bench.held : plan;
  connection.answer = (call) => {
    const own = answer?.(call);
    if (own) return own;
    const { method, path, body } = call;
    if (path.endsWith('/selfsubjectreviews'))
      return { status: 201, body: { status: { userInfo: { username: as } } } };
    if (method === 'GET' && path === `${API}/predictivescalers/cart`)
      return { status: 200, body: scaler(held) };
    if (method !== 'POST' || path !== `${API}/scaleapprovals`)
      return { status: 404, body: { message: `${path} not found` } };
    const { metadata, ...object } = body as { metadata: object };
    const stamps = { resourceVersion: '2', creationTimestamp: '2026-11-24T03:00:00Z' };
    return { status: 201, body: { ...object, metadata: { ...metadata, ...stamps } } };
  };
  const [stdout, stderr] = [new Output(), new Output()];
  async function* keys() {
    if (typed) yield typed;
  }
  const stdin = Object.assign(keys(), { isTTY: typed !== undefined });
  const parts = { clock: new VirtualClock(NOW_MS), connection, namespace: 'shop' };
  const io = { stdout, stderr, stdin, env: {} };
  const code = await runApprove(args, io, parts).catch((error: Error) => error);
  const created = connection.calls.filter(({ path }) => path.endsWith('/scaleapprovals'));
  return { code, out: stdout.text, err: stderr.text, created };
}

test('the plan is shown, asked about, and approved in the name of who is asked', async (t) => {
  const { code, out, err, created } = await run(['cart'], { typed: 'y\n' });
  t.is(code, 0);
  t.regex(
    out,
    /^shop\/cart: from 10 to 80 replicas are held\nwhy {4}8 times the highest need of a week\nplan {3}9f0c\n/,
  );
  t.regex(
    out,
    /until {2}2026-11-24T03:20:00Z\napproved by ann until 2026-11-24T03:20:00\.000Z; .*kubectl delete/,
  );
  t.regex(err, /Approve this plan\? \[y\/N\] $/);
  t.is(created.length, 1);
  t.deepEqual(created[0]?.body, {
    apiVersion: 'foresail.dev/v1alpha1',
    kind: 'ScaleApproval',
    metadata: {
      ...{ namespace: 'shop', name: 'cart-9f0c' },
      ownerReferences: [
        { apiVersion: 'foresail.dev/v1alpha1', kind: 'PredictiveScaler', name: 'cart', uid: 'u-1' },
      ],
    },
    spec: { scaler: 'cart', planHash: '9f0c', expiresSeconds: 1200, approvedBy: 'ann' },
  });
});

for (const typed of ['\n', 'n\n', 'yesterday\n', '']) {
  test(`nothing is approved by ${JSON.stringify(typed)}`, async (t) => {
    const { code, err, created } = await run(['cart'], { typed });
    t.is(code, 1);
    t.regex(err, /nothing was approved/);
    t.deepEqual(created, []);
  });
}

test('where there is no terminal --yes is needed, before anything is asked of the API server', async (t) => {
  const { code, created } = await run(['shop/cart']);
  t.regex(String(code), /BadInput: --yes must be given where there is no terminal/);
  t.deepEqual(created, []);
  t.is((await run(['shop/cart', '--yes'])).code, 0);
});

test('json is the approval alone; what is shown to a person goes elsewhere', async (t) => {
  const { out, err } = await run(['cart', '-n', 'shop', '--yes', '-o', 'json']);
  t.deepEqual(JSON.parse(out), {
    ...{ approved: true, namespace: 'shop', scaler: 'cart', plan: '9f0c', from: 10, to: 80 },
    ...{ approvedBy: 'ann', scaleApproval: 'cart-9f0c', expires: '2026-11-24T03:20:00.000Z' },
  });
  t.regex(err, /from 10 to 80 replicas are held/);
});

test('a plan that ends in days is approved for an hour', async (t) => {
  const { created } = await run(['cart', '--yes'], { held: { ...plan, expires: '2026-11-26T00:00:00Z' } });
  t.like(created[0]?.body, { spec: { expiresSeconds: 3600 } });
});

test('with --plan another plan is never approved', async (t) => {
  t.is((await run(['cart', '--yes', '--plan', '9f0c'])).code, 0);
  const { code, err, created } = await run(['cart', '--yes', '--plan', 'aaaa']);
  t.is(code, 1);
  t.regex(err, /plan aaaa of shop\/cart is not held any more; by now it is 9f0c, from 10 to 80 replicas/);
  t.deepEqual(created, []);
});

test('where nothing is held, or not any more, there is nothing to approve', async (t) => {
  const none = await run(['cart', '--yes', '-o', 'json'], { held: undefined });
  t.is(none.code, 1);
  t.deepEqual(JSON.parse(none.out), {
    approved: false,
    why: 'no plan of shop/cart is held: there is nothing to approve',
  });
  const late = await run(['cart', '--yes'], { held: { ...plan, expires: '2026-11-24T03:00:00Z' } });
  t.is(late.code, 1);
  t.regex(late.err, /could be approved until 2026-11-24T03:00:00Z/);
  t.deepEqual([none.created, late.created], [[], []]);
});

const onCreate = (reply: Reply, before?: Reply) => (call: Call) => {
  if (call.method === 'POST' && call.path === `${API}/scaleapprovals`) return reply;
  return call.path === `${API}/scaleapprovals/cart-9f0c` ? before : undefined;
};

test('a plan is approved once; the second is told who was first, where they may know', async (t) => {
  const conflict = { status: 409, body: { message: 'already exists' } };
  const known = { status: 200, body: { spec: { approvedBy: 'bob' } } };
  const { code, err } = await run(['cart', '--yes'], { answer: onCreate(conflict, known) });
  t.is(code, 1);
  t.regex(err, /plan 9f0c was approved before by bob \(ScaleApproval cart-9f0c\); nothing more is needed/);
  const secret = await run(['cart', '--yes'], {
    answer: onCreate(conflict, { status: 403, body: { message: 'forbidden' } }),
  });
  t.regex(secret.err, /was approved before \(ScaleApproval/);
});

for (const [as, subject] of [
  ['ann@example.org', "--user='ann@example.org'"],
  ['system:serviceaccount:ops:bot', '--serviceaccount=ops:bot'],
] as const) {
  test(`who may not is told the command that allows it: ${as}`, async (t) => {
    const forbidden = { status: 403, body: { message: `User "${as}" cannot create resource` } };
    const { code, err } = await run(['cart', '--yes'], { as, answer: onCreate(forbidden) });
    t.is(code, 1);
    t.true(err.includes('cannot create resource'));
    t.true(
      err.includes(
        `kubectl create rolebinding foresail-approve -n shop --clusterrole=foresail-approve ${subject}`,
      ),
      err,
    );
  });
}

test('what admission says is passed on', async (t) => {
  const denied = { status: 422, body: { message: 'spec.approvedBy must be who creates the approval (bob)' } };
  const { code, err } = await run(['cart', '--yes'], { answer: onCreate(denied) });
  t.is(code, 1);
  t.regex(err, /must be who creates the approval/);
});

test('a scaler that is not there, a CRD that is missing, nobody there, and bad arguments are bad input', async (t) => {
  const none = await run(['nobody', '--yes']);
  t.regex(String(none.code), /BadInput: there must be a PredictiveScaler nobody in namespace shop/);
  const noCrd = await run(['cart', '--yes'], {
    answer: onCreate({ status: 404, body: '404 page not found' }),
  });
  t.regex(String(noCrd.code), /BadInput: the CRD scaleapprovals\.foresail\.dev must be installed/);
  for (const args of [
    [],
    ['a/b/c', '--yes'],
    ['/cart', '--yes'],
    ['shop/cart', '-n', 'other', '--yes'],
    ['cart', '--yes', '--plan', 'NO!'],
    ['cart', '--yes', '-o', 'yaml'],
  ]) {
    const { code } = await run(args);
    t.is((code as Error).name, 'CommanderError', args.join(' '));
  }
});
