import { Command, InvalidArgumentError, Option } from 'commander';
import { planHash } from '../api/scale-approval.ts';
import { namespace as namespaceName } from '../config.ts';
import type { Io } from './io.ts';

export interface ApproveOptions {
  readonly scaler: { readonly namespace?: string; readonly name: string };
  /** Only this plan; absent: the one that is shown. */
  readonly plan?: string;
  /** Nobody is asked. */
  readonly yes: boolean;
  readonly kubeconfig?: string;
  readonly output: 'text' | 'json';
}

const DESCRIPTION =
  "Lets a plan through that Foresail holds because it is unlike the workload's history. Shows the plan, asks, and creates a " +
  'ScaleApproval of exactly that plan in your name. It takes the ClusterRole foresail-approve in the namespace.';

/** Throws a CommanderError (already printed) for what must be changed. */
export function parseApproveOptions(args: readonly string[], io: Io): ApproveOptions {
  const command = new Command('foresail approve')
    .description(DESCRIPTION)
    .argument('<scaler>', '[namespace/]name of the PredictiveScaler whose plan is held')
    .option(
      '-n, --namespace <name>',
      "of the scaler; default: that of the kubeconfig's context",
      namespaceName,
    )
    .option(
      '--plan <hash>',
      'only this plan (status.heldPlan.hash); refuses when another is held by now',
      hash,
    )
    .option('--yes', 'approve without being asked; needed where there is no terminal', false)
    .option('--kubeconfig <file>', 'how to reach the API server; default: KUBECONFIG, then ~/.kube/config')
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
  const { namespace, ...rest } = command.opts<Omit<ApproveOptions, 'scaler'> & { namespace?: string }>();
  return { ...rest, scaler: scalerOf(command, command.args[0] ?? '', namespace) };
}

function scalerOf(command: Command, text: string, namespace: string | undefined): ApproveOptions['scaler'] {
  const parts = text.split('/');
  const [first = '', second] = parts;
  if (parts.length > 2 || parts.includes('')) {
    command.error(`error: SCALER ${JSON.stringify(text)} must be name or namespace/name`);
  }
  if (second === undefined) return { ...(namespace === undefined ? {} : { namespace }), name: first };
  if (namespace !== undefined && namespace !== first) {
    command.error(`error: --namespace ${namespace} must be the namespace of ${text}, or be left out`);
  }
  return { namespace: first, name: second };
}

function hash(text: string): string {
  const parsed = planHash.safeParse(text);
  if (parsed.success) return text;
  throw new InvalidArgumentError('It must be what status.heldPlan.hash says.');
}
