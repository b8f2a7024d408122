import test from 'ava';
import { writerOf } from '../../controller/kube/writer.ts';

const entry = (manager: string, time: string, fields: object = { 'f:replicas': {} }) => ({
  ...{ manager, operation: 'Update', time },
  fieldsV1: { 'f:spec': fields },
});
const [nine, ten] = ['2026-01-01T09:00:00Z', '2026-01-01T10:00:00Z'];

test('the newest of those who own the field', (t) => {
  const managedFields = [
    entry('kubectl', ten),
    entry('kubectl-create', nine),
    entry('other', ten, { 'f:template': {} }),
  ];
  t.deepEqual(writerOf({ managedFields }, 'replicas'), { manager: 'kubectl', atMs: Date.parse(ten) });
});

test('nobody where Foresail, of whatever epoch, is among the owners', (t) => {
  const managedFields = [entry('foresail/3/foresail-0_ab', nine), entry('kubectl', ten)];
  t.is(writerOf({ managedFields }, 'replicas'), undefined);
});

test('nobody where nobody is on record, or what is there is nothing that can be read', (t) => {
  t.is(writerOf({}, 'replicas'), undefined);
  t.is(writerOf({ managedFields: [null, 7, { manager: 8 }, entry('x', nine, {})] }, 'replicas'), undefined);
});
