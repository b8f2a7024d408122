import test from 'ava';
import { ApprovalIndex } from '../../controller/kube/approval-index.ts';
import { approvalRecord } from '../../controller/kube/approval-record.ts';

const CREATED = '2026-11-24T03:00:00Z';
const CREATED_MS = Date.parse(CREATED);
const MINUTE_MS = 60_000;
const spec = { scaler: 'web', planHash: 'abc1', expiresSeconds: 900, approvedBy: 'ann' };
const object = (changes: object = {}, metadata: object = {}) => ({
  metadata: {
    ...{ namespace: 'shop', name: 'web-abc1', uid: 'u', resourceVersion: '1', creationTimestamp: CREATED },
    ...metadata,
  },
  spec: { ...spec, ...changes },
});

test('an approval holds from its creation, for as long as it says', (t) => {
  t.deepEqual(approvalRecord(object()), {
    ...{ namespace: 'shop', scaler: 'web', planHash: 'abc1', by: 'ann' },
    expiresMs: CREATED_MS + 15 * MINUTE_MS,
  });
});

test('what was stored before a rule existed, is taken back, or is nothing, approves nothing', (t) => {
  for (const [name, bad] of Object.entries({
    'longer than an hour': object({ expiresSeconds: 3601 }),
    'by nobody': object({ approvedBy: '' }),
    'of no plan': object({ planHash: undefined }),
    'a field too many': object({ everything: true }),
    'being deleted': object({}, { deletionTimestamp: CREATED }),
    'without a time': object({}, { creationTimestamp: undefined }),
    'without a spec': { metadata: object().metadata },
  }))
    t.is(approvalRecord(bad), undefined, name);
});

test('a scaler has the approvals of its own name and namespace, until they expire or are gone', (t) => {
  const index = new ApprovalIndex();
  const record = approvalRecord(object());
  const key = 'shop/web-abc1';
  t.deepEqual(index.changed({ key, object: record, previous: undefined }), ['shop/web']);
  const at = (wallMs: number, namespace = 'shop', name = 'web') => index.of({ namespace, name }, wallMs);
  const approval = { planHash: 'abc1', by: 'ann', expiresMs: CREATED_MS + 15 * MINUTE_MS };
  t.deepEqual(at(CREATED_MS + 15 * MINUTE_MS - 1), [approval]);
  t.deepEqual(at(CREATED_MS + 15 * MINUTE_MS), []);
  t.deepEqual(at(CREATED_MS, 'other'), []);
  t.deepEqual(at(CREATED_MS, 'shop', 'cart'), []);
  t.deepEqual(index.changed({ key, object: undefined, previous: record }), ['shop/web']);
  t.deepEqual(at(CREATED_MS), []);
});

test('an approval made anew under its name for another scaler leaves the first', (t) => {
  const index = new ApprovalIndex();
  const key = 'shop/web-abc1';
  const [first, second] = [approvalRecord(object()), approvalRecord(object({ scaler: 'cart' }))];
  index.changed({ key, object: first, previous: undefined });
  t.deepEqual(index.changed({ key, object: second, previous: first }), ['shop/web', 'shop/cart']);
  t.deepEqual(index.of({ namespace: 'shop', name: 'web' }, CREATED_MS), []);
  t.is(index.of({ namespace: 'shop', name: 'cart' }, CREATED_MS).length, 1);
});
