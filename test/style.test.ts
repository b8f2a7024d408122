import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { reasons } from '../controller/reasons.ts';

const root = new URL('..', import.meta.url);
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(new URL(file, root)));
const source = tracked.filter(
  (file) => /\.(ts|js|mjs)$/.test(file) && !/(^|\/)(generated|fixtures)\//.test(file),
);
const product = source.filter((file) => !/^(test|bench)\/|^\./.test(file));
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

test('no source file is longer than 400 lines', (t) => {
  t.deepEqual(
    source.filter((file) => read(file).split('\n').length > 401),
    [],
  );
});

test('no file is a drawer for everything', (t) => {
  t.deepEqual(
    source.filter((file) => /(^|\/)(utils?|helpers?|common|misc|types|enums|shared)(\/|\.ts$)/.test(file)),
    [],
  );
});

test('a mesh is named only where meshes are known', (t) => {
  const mayName = /^(istio|linkerd)\/|^controller\/meshes\.ts$|^sidecar\/(dialects|build)\.ts$/;
  const naming = product.filter((file) => !mayName.test(file) && /\b(istio|linkerd|envoy)/i.test(read(file)));
  t.deepEqual(naming, []);
});

test('time and randomness come from the clock alone', (t) => {
  const mayTell = /^(controller|sidecar)\/clock\.ts$|^assembly\/|^bin\//;
  const telling = product.filter(
    (file) => !mayTell.test(file) && /\bDate\.now\(|\bMath\.random\(|\bperformance\.now\(/.test(read(file)),
  );
  t.deepEqual(telling, []);
});

test('nothing names a machine or a registry', (t) => {
  const places = /\/work\/|\/tmp\/bash|registry\.npmjs|proxy\.golang|files\.pythonhosted|deb\.debian/;
  const naming = tracked.filter(
    (file) => !/\.sum$|^test\/style\.test\.ts$/.test(file) && places.test(read(file)),
  );
  t.deepEqual(naming, []);
});

test('every reason in the list is given somewhere', (t) => {
  const users = product.filter((file) => file !== 'controller/reasons.ts').map(read);
  const unused = Object.keys(reasons).filter((reason) => !users.some((text) => text.includes(`'${reason}'`)));
  t.deepEqual(unused, []);
});

test('a folder README fits on one screen', (t) => {
  const readmes = tracked.filter((file) => /^[^/]+\/README\.md$/.test(file));
  t.deepEqual(
    readmes.filter((file) => read(file).trimEnd().split('\n').length > 30),
    [],
  );
});
