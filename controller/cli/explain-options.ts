import { Command, InvalidArgumentError, Option } from 'commander';
import { namespace as namespaceName } from '../config.ts';
import type { TargetName } from '../kube/explained-target.ts';
import type { Io } from './io.ts';

export interface ExplainOptions {
  readonly target: Omit<TargetName, 'namespace'> & { readonly namespace?: string };
  /** Unix ms; absent: now. */
  readonly atMs?: number;
  readonly kubeconfig?: string;
  readonly controllerNamespace: string;
  readonly address?: string;
  readonly output: 'text' | 'json';
}

const DESCRIPTION =
  'Says why a workload has the replicas it has: what Foresail knew, each rule with what it made of the number, and what an ' +
  'HPA would have asked for. TARGET is a PredictiveScaler, [namespace/]name, or the kind and name of what it scales.';

/** Throws a CommanderError (already printed) for what must be changed. */
export function parseExplainOptions(args: readonly string[], io: Io): ExplainOptions {
  const command = new Command('foresail explain')
    .description(DESCRIPTION)
    .argument('<target>', '[namespace/]name of a PredictiveScaler, or kind/name of its target')
    .option(
      '-n, --namespace <name>',
      "of the target; default: that of the kubeconfig's context",
      namespaceName,
    )
    .option('--at <time>', 'the decision in force then: 2026-11-24T03:12:15Z, or 20m for 20 minutes ago')
    .option('--kubeconfig <file>', 'how to reach the API server; default: KUBECONFIG, then ~/.kube/config')
    .option('--controller-namespace <name>', 'where the controllers run', namespaceName, 'foresail')
    .option(
      '--address <url>',
      'ask a controller here, as http://127.0.0.1:9091 after kubectl port-forward; default: through the API server',
      url,
    )
    .addOption(
      new Option('-o, --output <format>', 'what is printed').choices(['text', 'json']).default('text'),
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  command.parse([...args], { from: 'user' });
  const { namespace, at, ...rest } = command.opts<Flags>();
  const target = targetOf(command, command.args[0] ?? '', namespace);
  return { ...rest, target, ...(at === undefined ? {} : { atMs: timeOf(command, at) }) };
}

interface Flags extends Omit<ExplainOptions, 'target' | 'atMs'> {
  readonly namespace?: string;
  readonly at?: string;
}

const KINDS = /^(deployments?|statefulsets?|rollouts?)$/i;

/** `web` and `shop/web` are scalers, `deployment/web` is a target; `--namespace` makes the first of two a kind. */
function targetOf(command: Command, text: string, namespace: string | undefined): ExplainOptions['target'] {
  const own = namespace === undefined ? {} : { namespace };
  const [first = '', second, third, ...rest] = text.split('/');
  if (rest.length > 0 || [first, second, third].includes('')) {
    command.error(
      `error: TARGET ${JSON.stringify(text)} must be name, namespace/name, kind/name or namespace/kind/name`,
    );
  }
  if (third !== undefined && second !== undefined) return { namespace: first, kind: second, name: third };
  if (second === undefined) return { ...own, name: first };
  return KINDS.test(first) || namespace !== undefined
    ? { ...own, kind: first, name: second }
    : { namespace: first, name: second };
}

const AGO = { s: 1, m: 60, h: 3_600 } as const;

/** Negative: so many ms before now, which only the clock knows. */
function timeOf(command: Command, text: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (count !== undefined) return -1000 * Number(count) * AGO[unit as keyof typeof AGO];
  const atMs = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) {
    command.error(
      `error: --at ${text} must be a time such as 2026-11-24T03:12:15Z, or 20m for 20 minutes ago`,
    );
  }
  return atMs;
}

function url(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('It must be a URL, as http://127.0.0.1:9091.');
}
