import test from 'ava';
import { readCommand, UsageError, usage } from '../../sidecar/config.ts';
import { dialects } from '../../sidecar/dialects.ts';

const ENDPOINT = ['--endpoint', 'http://foresail:4318'];

function configOf(argv: readonly string[], env = {}) {
  const command = readCommand(argv, env, dialects);
  if (command.kind !== 'run') throw new Error(`a command to run, not ${command.kind}`);
  return command.config;
}

test('the defaults', (t) => {
  const config = configOf(ENDPOINT);
  t.is(config.intervalMs, 5000);
  t.is(config.tokenFile, '/var/run/secrets/foresail.dev/token');
  t.deepEqual(config.dialects, dialects);
  t.is(config.scrapeUrl, undefined);
  t.deepEqual(
    config.endpoints.map(({ url, fanout }) => [url.href, fanout]),
    [['http://foresail:4318/v1/metrics', false]],
  );
});

test('several endpoints, with a path of their own, and one that stands for all its addresses', (t) => {
  const { endpoints } = configOf([
    ...ENDPOINT,
    '--endpoint',
    'https://c:1/otlp',
    '--endpoint',
    'dns+http://all:4318',
  ]);
  t.deepEqual(
    endpoints.map(({ url, fanout }) => [url.href, fanout]),
    [
      ['http://foresail:4318/v1/metrics', false],
      ['https://c:1/otlp', false],
      ['http://all:4318/v1/metrics', true],
    ],
  );
});

test('everything can be said by the environment, and flags win over it', (t) => {
  const env = {
    FORESAIL_ENDPOINTS: 'http://a:1, http://b:2',
    FORESAIL_PROXY: 'linkerd',
    FORESAIL_INTERVAL_SECONDS: '10',
    FORESAIL_SELECT: 'target_port=8080',
    FORESAIL_SCRAPE: 'http://127.0.0.1:4191/metrics',
    FORESAIL_TOKEN_FILE: '/t',
    FORESAIL_STATE_FILE: '/s',
  };
  const config = configOf([], env);
  t.is(config.endpoints.length, 2);
  t.deepEqual(
    config.dialects.map(({ name }) => name),
    ['linkerd'],
  );
  t.deepEqual([...config.selection], [['target_port', '8080']]);
  t.like(config, { intervalMs: 10_000, tokenFile: '/t', stateFile: '/s' });
  t.is(configOf(['--interval-seconds', '2'], env).intervalMs, 2000);
  t.is(configOf(ENDPOINT, env).endpoints.length, 1);
});

test('the pod describes itself by the downward API', (t) => {
  const { resource } = configOf(ENDPOINT, {
    POD_NAME: 'web-1',
    POD_UID: 'u',
    POD_NAMESPACE: 'shop',
    OTHER: 'x',
  });
  t.deepEqual(resource, {
    'k8s.pod.name': 'web-1',
    'k8s.pod.uid': 'u',
    'k8s.namespace.name': 'shop',
    'service.instance.id': 'u',
  });
});

test('--health needs no endpoint, --help needs nothing', (t) => {
  t.is(readCommand(['--health'], {}, dialects).kind, 'health');
  t.is(readCommand(['-h'], {}, dialects).kind, 'help');
  t.regex(usage(dialects), /--endpoint URL/);
});

const isRefused = test.macro<[readonly string[], RegExp]>({
  exec(t, argv, message) {
    t.throws(() => readCommand(argv, {}, dialects), { instanceOf: UsageError, message });
  },
  title: (_, argv = []) => `refused: ${argv.join(' ')}`,
});

test(isRefused, [], /--endpoint must be given/);
test(
  isRefused,
  ['--endpoint', 'foresail:4318'],
  /--endpoint must be a URL that begins with http:\/\/ or https:\/\//,
);
test(isRefused, ['--endpoint', 'dns+https://a'], /--endpoint must be a URL that begins with http:\/\//);
test(isRefused, ['--endpoint', 'http://user:secret@a'], /holds no password/);
test(
  isRefused,
  [...ENDPOINT, '--proxy', 'nginx'],
  /--proxy must be one of auto, linkerd, istio, envoy, not 'nginx'/,
);
test(isRefused, [...ENDPOINT, '--scrape', 'https://a'], /--scrape must be a URL/);
test(
  isRefused,
  [...ENDPOINT, '--interval-seconds', '0'],
  /--interval-seconds must be a number from 1 to 60, not '0'/,
);
test(
  isRefused,
  [...ENDPOINT, '--log-level', 'debug'],
  /--log-level must be one of info, warn, error, not 'debug'/,
);
test(isRefused, [...ENDPOINT, '--interval-seconds', 'often'], /not 'often'/);
test(isRefused, [...ENDPOINT, '--interval-seconds', ''], /--interval-seconds/);
test(isRefused, [...ENDPOINT, '--select', 'port'], /--select must be LABEL=VALUE, not 'port'/);
test(isRefused, [...ENDPOINT, '--colour'], /--colour/);
test(isRefused, [...ENDPOINT, 'extra'], /extra/);
