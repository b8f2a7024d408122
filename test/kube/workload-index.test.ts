import test from 'ava';
import type { KubeObject } from '../../controller/kube/kube-object.ts';
import { podRecord } from '../../controller/kube/pod-record.ts';
import { replicaSetRecord, WorkloadIndex } from '../../controller/kube/workload-index.ts';

const owner = (kind: string, name: string, uid: string) => [{ kind, name, uid, controller: true }];

interface PodState {
  readonly ready?: string;
  readonly unreadySince?: string;
  readonly phase?: string;
  readonly gone?: string;
  readonly uid?: string;
}

function pod(name: string, owners: object[], state: PodState = {}): KubeObject {
  const readyAt = state.ready ?? state.unreadySince;
  return {
    metadata: {
      ...{ namespace: 'shop', name, uid: state.uid ?? `${name}-uid`, resourceVersion: '1' },
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(state.gone === undefined ? {} : { deletionTimestamp: state.gone }),
      ownerReferences: owners as never,
    },
    status: {
      phase: state.phase ?? 'Running',
      conditions: readyAt
        ? [{ type: 'Ready', status: state.ready ? 'True' : 'False', lastTransitionTime: readyAt }]
        : [],
    },
  };
}

function bench() {
  const index = new WorkloadIndex();
  const records = new Map<string, ReturnType<typeof podRecord>>();
  const put = (object: KubeObject) => {
    const key = `shop/${object.metadata.name}`;
    const previous = records.get(key);
    const record = podRecord(object);
    records.set(key, record);
    return index.podChanged({ key, object: record, previous });
  };
  const drop = (name: string) => {
    const previous = records.get(`shop/${name}`);
    records.delete(`shop/${name}`);
    return index.podChanged({ key: `shop/${name}`, object: undefined, previous });
  };
  const replicaSet = (name: string, uid: string, owners: object[]) =>
    index.replicaSetChanged({
      key: `shop/${name}`,
      object: replicaSetRecord({
        metadata: { namespace: 'shop', name, uid, resourceVersion: '1', ownerReferences: owners as never },
      }),
      previous: undefined,
    });
  const names = (uid: string) =>
    index
      .podsOf(uid)
      .map(({ name }) => name)
      .sort();
  return { index, put, drop, replicaSet, names };
}

const ofWeb = owner('ReplicaSet', 'web-1', 'rs-1');

test("a Deployment's pods are those of all its ReplicaSets, as during a rolling update", (t) => {
  const { put, replicaSet, names } = bench();
  replicaSet('web-1', 'rs-1', owner('Deployment', 'web', 'd-1'));
  replicaSet('web-2', 'rs-2', owner('Deployment', 'web', 'd-1'));
  replicaSet('api-1', 'rs-3', owner('Deployment', 'api', 'd-2'));
  put(pod('a', ofWeb));
  put(pod('b', owner('ReplicaSet', 'web-2', 'rs-2')));
  put(pod('c', owner('ReplicaSet', 'api-1', 'rs-3')));
  t.deepEqual(names('d-1'), ['a', 'b']);
});

test('it does not matter whether the pod or its ReplicaSet is heard of first', (t) => {
  const { put, replicaSet, names } = bench();
  t.is(put(pod('a', ofWeb)), undefined, 'not known yet whose it is');
  const web = { namespace: 'shop', kind: 'Deployment', name: 'web' };
  t.deepEqual(replicaSet('web-1', 'rs-1', owner('Deployment', 'web', 'd-1')), web);
  t.deepEqual(names('d-1'), ['a']);
  t.deepEqual(put(pod('b', ofWeb)), web);
});

test('a deleted pod is gone, and its going is told to its workload', (t) => {
  const { index, put, drop, names } = bench();
  put(pod('db-0', owner('StatefulSet', 'db', 's-1')));
  t.like(drop('db-0'), { kind: 'StatefulSet', name: 'db' });
  t.deepEqual(names('s-1'), []);
  t.is(index.pod('db-0-uid'), undefined);
});

test('a pod made anew under its name is another pod', (t) => {
  const { index, put, names } = bench();
  put(pod('db-0', owner('StatefulSet', 'db', 's-1'), { ready: '2026-01-01T00:00:20Z', uid: 'old' }));
  put(pod('db-0', owner('StatefulSet', 'db', 's-1'), { uid: 'new' }));
  t.is(index.pod('old'), undefined);
  t.is(index.podsOf('s-1')[0]?.readyMs, undefined, 'it has not been Ready itself');
  t.deepEqual(names('s-1'), ['db-0']);
});

test('a Deployment made anew under its name does not inherit the pods of the old one', (t) => {
  const { put, replicaSet, names } = bench();
  replicaSet('web-1', 'rs-1', owner('Deployment', 'web', 'd-1'));
  put(pod('a', ofWeb));
  t.deepEqual(names('d-2'), []);
});

test('pods that have ended are left out: an evicted pod keeps its object for long', (t) => {
  const { put, names } = bench();
  const owners = owner('StatefulSet', 'db', 's-1');
  put(pod('db-0', owners, { phase: 'Failed' }));
  put(pod('db-1', owners, { phase: 'Succeeded' }));
  put(pod('db-2', owners));
  t.deepEqual(names('s-1'), ['db-2']);
});

test('times are those of creation and of the first time Ready: a pod that flaps did not take that long to start', (t) => {
  const { index, put } = bench();
  const owners = owner('StatefulSet', 'db', 's-1');
  const first = () => index.podsOf('s-1')[0];
  put(pod('db-0', owners));
  t.like(first(), { ready: false, createdMs: Date.UTC(2026, 0, 1) });
  t.is(first()?.readyMs, undefined);
  put(pod('db-0', owners, { ready: '2026-01-01T00:00:20Z' }));
  put(pod('db-0', owners, { unreadySince: '2026-01-01T01:00:00Z' }));
  t.like(first(), { ready: false, readyMs: Date.UTC(2026, 0, 1, 0, 0, 20) });
  put(pod('db-0', owners, { ready: '2026-01-01T01:00:30Z' }));
  put(pod('db-0', owners, { ready: '2026-01-01T01:00:30Z', gone: '2026-01-01T02:00:00Z' }));
  t.like(first(), { ready: true, terminating: true, readyMs: Date.UTC(2026, 0, 1, 0, 0, 20) });
});

test('a pod with a status of any shape is kept as not Ready, and nothing is thrown', (t) => {
  for (const status of [
    undefined,
    null,
    7,
    {},
    { conditions: 'x' },
    { conditions: [null, 3, { type: 'Ready' }] },
  ]) {
    const record = podRecord({ ...pod('odd', []), status });
    t.false(record.ready);
  }
});
