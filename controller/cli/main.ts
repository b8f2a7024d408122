import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { BadInput } from './bad-input.ts';
import { exit, type Io, type RunCommand } from './io.ts';
import { Output } from './output.ts';

interface Entry {
  readonly summary: string;
  /** Imported only when asked for: `--help` needs no Kubernetes client. */
  readonly load: () => Promise<RunCommand>;
}

const commands: Readonly<Record<string, Entry>> = {
  demo: {
    summary: 'play a day of traffic through the whole pipeline, no cluster needed',
    load: async () => (await import('./demo.ts')).runDemo,
  },
  simulate: {
    summary: 'replay a trace through Foresail, HPAs and an oracle: what each would have cost and spoilt',
    load: async () => (await import('./simulate.ts')).runSimulate,
  },
  explain: {
    summary: 'say why a workload has the replicas it has: what was known, each rule, what an HPA would do',
    load: async () => (await import('./explain.ts')).runExplain,
  },
  approve: {
    summary: 'let a plan through that is held because it is unlike the history, in your own name',
    load: async () => (await import('./approve.ts')).runApprove,
  },
  controller: {
    summary: 'run the controller: receive telemetry, forecast, decide, scale',
    load: async () => (await import('./controller.ts')).runController,
  },
  sidecar: {
    summary: 'read the mesh proxy beside this process and send its signals by OTLP',
    load: async () => {
      throw new BadInput('"sidecar" must be the first argument: foresail sidecar [options]');
    },
  },
  inject: {
    summary: 'add the sidecar to the pods of manifests, as a cluster does at admission',
    load: async () => (await import('./inject.ts')).runInject,
  },
  webhook: {
    summary: 'run the admission webhook that adds the sidecar to new pods',
    load: async () => (await import('./webhook.ts')).runWebhook,
  },
  backtest: {
    summary: 'play a trace through the forecasting models and say how good each was',
    load: async () => (await import('./backtest.ts')).runBacktest,
  },
  import: {
    summary: 'load history from CSV or a Prometheus-compatible server, so that the first forecast is warm',
    load: async () => (await import('./import.ts')).runImport,
  },
};

/** Runs one command line and returns its exit code. Never throws for what the user can mend. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const output = new Output(io);
  const code = await command(args, io);
  return code === exit.done && (await output.failed()) ? exit.no : code;
}

async function command(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? io.stderr : io.stdout).write(usage());
    return name === undefined ? exit.badInput : exit.done;
  }
  if (name === '--version' || name === '-V') {
    io.stdout.write(`${version()}\n`);
    return exit.done;
  }
  try {
    const entry = commands[name];
    if (!entry)
      throw new BadInput(
        `unknown command ${JSON.stringify(name)}; it must be one of ${Object.keys(commands).join(', ')}`,
      );
    return await (await entry.load())(rest, io);
  } catch (error) {
    return say(error, io);
  }
}

function say(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.badInput;
  if (error instanceof Error && error.name === 'BadInput') {
    io.stderr.write(`foresail: ${error.message}\n`);
    return exit.badInput;
  }
  throw error;
}

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: foresail COMMAND [options]

A predictive autoscaler for service meshes.

Commands:
${lines.join('\n')}

Every command has --help. Exit codes: 0 done, 1 the answer is no, 2 bad usage or input.
`;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version: string }).version);
}
