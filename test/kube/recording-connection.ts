import { type Call, type Connection, type Reply, Unreachable } from '../../controller/kube/connection.ts';

/** Records every call and answers with what the test put there; `undefined` is a server that cannot be reached. */
export class RecordingConnection implements Connection {
  readonly calls: Call[] = [];
  answer: (call: Call) => Reply | undefined = () => ({ status: 200, body: {} });

  async send(call: Call): Promise<Reply> {
    this.calls.push(call);
    const reply = this.answer(call);
    if (reply === undefined) throw new Unreachable('nobody there');
    return reply;
  }

  open(): never {
    throw new Error('this connection has no streams');
  }

  close(): void {}

  get last(): Call {
    const call = this.calls.at(-1);
    if (call === undefined) throw new Error('nothing was asked');
    return call;
  }
}

/** Lets every promise that is due settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}
