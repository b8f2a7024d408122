import test from 'ava';
import { ApiFailure } from '../../controller/kube/api-failure.ts';
import { Unreachable } from '../../controller/kube/connection.ts';
import { listAll } from '../../controller/kube/list.ts';
import { RecordingConnection } from './recording-connection.ts';

const request = { path: '/api/v1/pods', accept: 'application/json', signal: new AbortController().signal };
const page = (names: readonly string[], token?: string) => ({
  status: 200,
  body: {
    metadata: { resourceVersion: '7', ...(token === undefined ? {} : { continue: token }) },
    items: names.map((name) => ({ metadata: { name, resourceVersion: '1' } })),
  },
});

test('of each page only what is kept is held when the next is asked for', async (t) => {
  const connection = new RecordingConnection();
  const order: string[] = [];
  connection.answer = ({ query }) => {
    order.push(`page ${query?.continue ?? 'first'}`);
    return query?.continue === undefined ? page(['a', 'b'], 'second') : page(['c']);
  };
  const { objects, resourceVersion } = await listAll(connection, request, ({ metadata }) => {
    order.push(metadata.name);
    return metadata.name;
  });
  t.deepEqual(order, ['page first', 'a', 'b', 'page second', 'c']);
  t.deepEqual(objects, ['a', 'b', 'c']);
  t.is(resourceVersion, '7');
});

test('a page that expired on the way fails the whole list, with what the server said', async (t) => {
  const connection = new RecordingConnection();
  connection.answer = ({ query }) =>
    query?.continue === undefined ? page(['a'], 'second') : { status: 410, body: { message: 'expired' } };
  const error = await t.throwsAsync(
    listAll(connection, request, ({ metadata }) => metadata.name),
    { instanceOf: ApiFailure, message: 'expired' },
  );
  t.is(error?.status, 410);
});

for (const [name, body] of [
  ['no list', 'hello'],
  ['no version', { metadata: {}, items: [] }],
  ['an item that is no object', { metadata: { resourceVersion: '7' }, items: [{}] }],
] as const) {
  test(`an answer with ${name} is not taken for an empty list`, async (t) => {
    const connection = new RecordingConnection();
    connection.answer = () => ({ status: 200, body });
    await t.throwsAsync(
      listAll(connection, request, () => 0),
      { instanceOf: Unreachable },
    );
  });
}
