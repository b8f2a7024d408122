#!/usr/bin/env node
// The one executable. Plain JavaScript, so that it can say what is missing on a Node too old for the rest, and it
// imports only the command asked for: the sidecar must not pay for the controller.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major < NEEDED_MAJOR) {
  process.exitCode = await runOnBundledNode();
} else {
  const [name, about] = process.argv.slice(2);
  process.exitCode = await run(name === 'help' && about ? [about, '--help'] : process.argv.slice(2));
}

/** @param {string[]} args */
async function run(args) {
  if (args[0] === 'sidecar') {
    const bundle = new URL('../sidecar/pkg/foresail-sidecar.js', import.meta.url);
    const source = new URL('../sidecar/main.ts', import.meta.url);
    const { run: sidecar } = await import((existsSync(bundle) ? bundle : source).href);
    return await sidecar(args.slice(1), process.env);
  }
  const { run: cli } = await import('../controller/cli/main.ts');
  return await cli(args, process);
}

/**
 * Node 24 comes as the devDependency `node`; an older Node starts that one and stays only to pass signals on. Ctrl-C
 * reaches both by itself, as one process group of the terminal: passed on, it would count as pressed twice.
 */
async function runOnBundledNode() {
  const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(bundled)) {
    process.stderr.write(
      `foresail needs Node ${NEEDED_MAJOR} or later and this is ${process.version}. ` +
        'Run `npm ci` here (it brings Node 24), or put a newer node on PATH.\n',
    );
    return 2;
  }
  const child = spawn(bundled, process.argv.slice(1), { stdio: 'inherit' });
  const { stdin, stdout, stderr } = process;
  const onTerminal = [stdin, stdout, stderr].some(({ isTTY }) => isTTY);
  process.on('SIGINT', () => onTerminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  try {
    const [code, signal] = await once(child, 'exit');
    return code ?? 128 + constants.signals[signal];
  } catch (error) {
    // as in an image that node_modules of another machine were copied into
    process.stderr.write(
      `foresail: cannot start ${bundled}: ${error.message}. Run \`npm ci\` on this machine.\n`,
    );
    return 2;
  }
}
