import { Writable } from 'node:stream';
import test from 'ava';
import { VirtualClock } from '../../controller/clock.ts';
import { Screen } from '../../controller/ui/screen.ts';

/** A terminal that keeps what it got; while `slow` it takes nothing in. */
class FakeTerminal extends Writable {
  columns = 70;
  rows = 20;
  text = '';
  slow = false;
  #waiting: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 64 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    if (this.slow) this.#waiting = done;
    else done();
  }

  catchUp(): void {
    this.slow = false;
    this.#waiting?.();
  }
}

function open() {
  const terminal = new FakeTerminal();
  const clock = new VirtualClock(0);
  const screen = new Screen(terminal, clock);
  screen.open();
  return { terminal, clock, screen };
}

test('it hides the cursor on another screen, and gives both back once', (t) => {
  const { terminal, screen } = open();
  t.true(terminal.text.includes('\u001b[?1049h') && terminal.text.includes('\u001b[?25l'));
  screen.close();
  screen.close();
  t.is(terminal.text.split('\u001b[?25h').length, 2);
  t.is(terminal.text.split('\u001b[?1049l').length, 2);
});

test('what was never opened writes nothing', (t) => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal, new VirtualClock(0));
  screen.draw(() => ['x']);
  screen.close();
  t.is(terminal.text, '');
});

test('it draws at most ten times a second and asks for nothing in between', (t) => {
  const { clock, screen } = open();
  let rendered = 0;
  for (let ms = 0; ms < 1_000; ms += 5) {
    screen.draw(() => {
      rendered++;
      return [''];
    });
    clock.advance(5);
  }
  t.is(rendered, 10);
});

test('the size is asked for anew each time', (t) => {
  const { terminal, clock, screen } = open();
  const sizes: string[] = [];
  const draw = () => screen.draw(({ columns, rows }) => [String(sizes.push(`${columns}x${rows}`))]);
  draw();
  terminal.columns = 120;
  terminal.rows = 50;
  clock.advance(100);
  draw();
  t.deepEqual(sizes, ['70x20', '120x50']);
});

test('a terminal that does not keep up is not written to until it does', async (t) => {
  const { terminal, clock, screen } = open();
  await new Promise(setImmediate);
  let rendered = 0;
  const draw = () => {
    clock.advance(100);
    screen.draw(() => [`frame ${++rendered} ${'x'.repeat(100)}`]);
  };
  terminal.slow = true;
  for (let i = 0; i < 5; i++) draw();
  t.is(rendered, 1);
  terminal.catchUp();
  await new Promise(setImmediate);
  draw();
  t.is(rendered, 2);
});

test('a line as wide as the terminal keeps its last character', (t) => {
  const { terminal, screen } = open();
  screen.draw(() => ['x'.repeat(70)]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what erases must come before the text
  t.regex(terminal.text, /\u001b\[2Kx{70}\r\n\u001b\[2K/);
  t.is(terminal.text.split('\u001b[2K').length - 1, 20, 'every row is cleared, also below the last line');
});

test('closing after the last frame leaves nothing drawn behind', (t) => {
  const { terminal, clock, screen } = open();
  clock.advance(100);
  screen.draw(() => ['last']);
  screen.close();
  clock.advance(100);
  screen.draw(() => ['after']);
  t.true(terminal.text.includes('last'));
  t.false(terminal.text.includes('after'));
});
