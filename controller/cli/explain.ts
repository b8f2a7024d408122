import { z } from 'zod';
import type { PublishedStatus } from '../api/predictive-scaler-status.ts';
import { type Clock, systemClock } from '../clock.ts';
import { ApiFailure } from '../kube/api-failure.ts';
import { type Connection, createConnection, Unreachable } from '../kube/connection.ts';
import { controllerPods, type ExplainedTarget, findTarget } from '../kube/explained-target.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { getFromPod } from '../kube/port-forward.ts';
import { explanation } from '../policy/explanation.ts';
import { workloadKey } from '../workload.ts';
import { BadInput } from './bad-input.ts';
import { type ExplainOptions, parseExplainOptions } from './explain-options.ts';
import { explanationText } from './explain-report.ts';
import { exit, type Io } from './io.ts';

/** The outside of the command; a test passes its own. */
export interface ExplainParts {
  readonly clock: Clock;
  readonly connection: Connection;
  /** The namespace of the kubeconfig's context. */
  readonly namespace: string;
  /** Asks one controller. Throws Unreachable. */
  readonly askPod: (pod: string, path: string) => Promise<{ readonly status: number; readonly body: string }>;
  readonly fetch: typeof fetch;
}

/** Where controllers listen on loopback: `--explain-address`. */
const EXPLAIN_PORT = 9091;

const answer = z.object({
  leading: z.boolean(),
  explanation: explanation.optional(),
  since: z.string().optional(),
});
type Answer = z.output<typeof answer>;

/**
 * `foresail explain`: why a workload has the replicas it has. Exit code 0; 1 when the controllers could not be asked or keep
 * nothing of that time (then what the status says is printed); 2 for what the user can mend.
 */
export async function runExplain(args: readonly string[], io: Io, given?: ExplainParts): Promise<number> {
  const options = parseExplainOptions(args, io);
  const parts = given ?? partsOf(options, io);
  try {
    const target = await targetOf(options, parts);
    const told = await ask(target, options, parts);
    return print(told, target, options, io);
  } finally {
    parts.connection.close();
  }
}

function partsOf({ kubeconfig, controllerNamespace }: ExplainOptions, { env }: Io): ExplainParts {
  const config = loadKubeconfig({ path: kubeconfig, env });
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  return {
    ...{ clock: systemClock, connection: createConnection(config, systemClock), namespace, fetch },
    askPod: (pod, path) =>
      getFromPod({ config, namespace: controllerNamespace, pod, port: EXPLAIN_PORT }, path),
  };
}

async function targetOf({ target }: ExplainOptions, parts: ExplainParts): Promise<ExplainedTarget> {
  const name = { ...target, namespace: target.namespace ?? parts.namespace };
  const found = await findTarget(parts.connection, name).catch((error: Error) => {
    if (error instanceof ApiFailure || error instanceof Unreachable)
      throw new BadInput(
        `the API server must say which PredictiveScalers there are in namespace ${name.namespace}: ${error.message}`,
      );
    throw error;
  });
  if (found) return found;
  const wanted =
    name.kind === undefined
      ? `a valid PredictiveScaler ${name.name}`
      : `a valid PredictiveScaler for ${name.kind} ${name.name}`;
  throw new BadInput(
    `there must be ${wanted} in namespace ${name.namespace}; kubectl get predictivescalers -n ${name.namespace} lists them`,
  );
}

/** What was told, or why nothing was. */
type Told = { readonly answer: Answer } | { readonly silent: string };

/** The leader's answer; a follower's when no leader can be asked, as it decides just so and writes nothing. */
async function ask(
  { workload }: ExplainedTarget,
  options: ExplainOptions,
  parts: ExplainParts,
): Promise<Told> {
  const { atMs } = options;
  const at = atMs === undefined ? undefined : new Date(atMs < 0 ? parts.clock.wallMs() + atMs : atMs);
  const query = new URLSearchParams({
    workload: workloadKey(workload),
    ...(at ? { at: at.toISOString() } : {}),
  });
  const path = `/explain?${query}`;
  try {
    if (options.address !== undefined)
      return { answer: read(await askAddress(options.address, path, parts)) };
    return await askPods(path, options, parts);
  } catch (error) {
    if (error instanceof Unreachable || error instanceof ApiFailure) return { silent: error.message };
    throw error;
  }
}

async function askPods(path: string, options: ExplainOptions, parts: ExplainParts): Promise<Told> {
  const pods = await controllerPods(parts.connection, options.controllerNamespace);
  const silent: string[] = [];
  let follower: Answer | undefined;
  for (const pod of pods) {
    try {
      const told = read(await parts.askPod(pod, path));
      if (told.leading && (told.explanation || follower?.explanation === undefined)) return { answer: told };
      if (follower?.explanation === undefined) follower = told;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      silent.push(error.message);
    }
  }
  if (follower) return { answer: follower };
  const none = `no controller runs in namespace ${options.controllerNamespace} (--controller-namespace)`;
  return { silent: silent.length > 0 ? silent.join('; ') : none };
}

async function askAddress(address: string, path: string, parts: ExplainParts) {
  try {
    const response = await parts.fetch(new URL(path, address), { signal: AbortSignal.timeout(10_000) });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    throw new Unreachable(`${address}: ${(error as Error).message}`, { cause: error });
  }
}

function read({ status, body }: { readonly status: number; readonly body: string }): Answer {
  if (status === 200 || status === 404) {
    try {
      return answer.parse(JSON.parse(body));
    } catch {
      // said below
    }
  }
  throw new Unreachable(
    `the controller answered ${status} with something else; it may be of another version`,
  );
}

function print(
  told: Told,
  { scaler, workload }: ExplainedTarget,
  { output }: ExplainOptions,
  io: Io,
): number {
  const kept = 'answer' in told ? told.answer.explanation : undefined;
  if (kept && 'answer' in told) {
    const { leading } = told.answer;
    const follows = leading
      ? []
      : ['', 'This controller does not lead: it decides just so, and writes nothing.'];
    const text =
      output === 'json'
        ? [JSON.stringify({ leading, ...kept }, null, 2)]
        : [...explanationText(kept), ...follows];
    io.stdout.write(`${text.join('\n')}\n`);
    return exit.done;
  }
  const why =
    'silent' in told ? `the controller could not be asked: ${told.silent}` : nothingKept(told.answer);
  if (output === 'json') {
    const status = { workload, explained: false, why, status: scaler.status };
    io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
  } else {
    io.stderr.write(`foresail: ${why}\n`);
    io.stdout.write(
      `${[`${workloadKey(workload)}, as its status says:`, ...statusText(scaler.status)].join('\n')}\n`,
    );
  }
  return exit.no;
}

function nothingKept({ since }: Answer): string {
  return since === undefined
    ? 'the controller has not decided this workload since it started'
    : `the controller keeps decisions of this workload since ${since} only`;
}

function statusText({
  currentReplicas,
  desiredReplicas,
  forecastRps,
  model,
  conditions,
}: PublishedStatus): string[] {
  if (conditions === undefined) return ['nothing was decided yet'];
  const figures = { currentReplicas, desiredReplicas, forecastRps, model };
  return [
    ...Object.entries(figures).flatMap(([name, value]) => (value === undefined ? [] : [`${name}  ${value}`])),
    ...conditions.map(
      ({ type, status, reason, message, lastTransitionTime }) =>
        `${type}=${status}  ${reason}, since ${lastTransitionTime}: ${message}`,
    ),
  ];
}
