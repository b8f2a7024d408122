import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { BadInput } from '../../controller/cli/bad-input.ts';
import { loadKubeconfig } from '../../controller/kube/kubeconfig.ts';

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'foresail-kubeconfig-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  return path;
}

function written(t: ExecutionContext, text: string): string {
  const path = join(folder(t), 'config');
  writeFileSync(path, text);
  return path;
}

const kubeconfig = ({ server = 'https://10.0.0.1:6443', current = 'here', cluster = '', user = '' } = {}) => `
apiVersion: v1
kind: Config
current-context: ${current}
contexts: [{name: here, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: '${server}'${cluster}}}]
users: [{name: u, user: {token: abc${user}}}]
`;

test('a good file says where the API server is', (t) => {
  const config = loadKubeconfig({ path: written(t, kubeconfig()), env: {} });
  t.is(config.getCurrentCluster()?.server, 'https://10.0.0.1:6443');
});

test('KUBECONFIG is used when no file is named, and the first of several that exists', (t) => {
  const path = written(t, kubeconfig());
  const missing = join(folder(t), 'none');
  t.notThrows(() => loadKubeconfig({ env: { KUBECONFIG: path } }));
  t.notThrows(() => loadKubeconfig({ env: { KUBECONFIG: [missing, path].join(delimiter) } }));
});

test('without KUBECONFIG the file in the home folder is used', (t) => {
  const home = folder(t);
  t.throws(() => loadKubeconfig({ env: { HOME: home } }), {
    instanceOf: BadInput,
    message: /no kubeconfig: --kubeconfig or KUBECONFIG must name one/,
  });
});

for (const [name, text, says] of [
  ['is empty', '', /must be a kubeconfig in YAML|current-context must name/],
  ['is no YAML', '{{{', /must be a kubeconfig in YAML/],
  ['has no such context', kubeconfig({ current: 'away' }), /current-context must name a context.*"away"/],
  [
    'has a server that is no URL',
    kubeconfig({ server: 'somewhere' }),
    /cluster\.server must be an http\(s\) URL/,
  ],
  ['has plain HTTP', kubeconfig({ server: 'http://10.0.0.1' }), /must be https, or insecure-skip-tls-verify/],
  [
    'names a certificate that is not there',
    kubeconfig({ cluster: ", certificate-authority: '/nowhere/ca.crt'" }),
    /certificate-authority must name a readable file/,
  ],
  [
    'names a key that is not there',
    kubeconfig({ user: ", client-key: '/nowhere/key.pem'" }),
    /client-key must name a readable file/,
  ],
  [
    'names a user that it does not have',
    kubeconfig().replace('user: u}}', 'user: me}}'),
    /the context's user must be one of the users in this file \(is "me"\)/,
  ],
  [
    'has an authority that is no PEM',
    kubeconfig({ cluster: ", certificate-authority-data: 'aGVsbG8='" }),
    /certificate-authority must be usable PEM/,
  ],
  [
    'has a certificate that is no PEM',
    kubeconfig({ user: ", client-certificate-data: 'aGVsbG8='" }),
    /client-certificate must be usable PEM/,
  ],
  [
    'has a key that is no PEM',
    kubeconfig({ user: ", client-key-data: 'aGVsbG8='" }),
    /client-key must be usable PEM/,
  ],
] as const) {
  test(`a kubeconfig that ${name} is bad input that names the file and what must be`, (t) => {
    const path = written(t, text);
    const error = t.throws(() => loadKubeconfig({ path, env: {} }), { instanceOf: BadInput });
    t.true(error?.message.startsWith(`${path}: `), error?.message);
    t.regex(error?.message ?? '', says);
  });
}

test('a kubeconfig that is not there is bad input with its path', (t) => {
  const path = join(folder(t), 'none');
  const error = t.throws(() => loadKubeconfig({ path, env: {} }), { instanceOf: BadInput });
  t.is(error?.message, `${path}: --kubeconfig or KUBECONFIG must name a file that exists`);
});
