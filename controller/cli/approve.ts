import type { KubeConfig } from '@kubernetes/client-node';
import type { PublishedStatus } from '../api/predictive-scaler-status.ts';
import { LONGEST_APPROVAL_SECONDS } from '../api/scale-approval.ts';
import { type Clock, systemClock } from '../clock.ts';
import { ApiFailure } from '../kube/api-failure.ts';
import { type Approved, approvePlan, ownName, readScaler } from '../kube/approver.ts';
import { type Connection, createConnection, Unreachable } from '../kube/connection.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import type { ScalerRecord } from '../kube/scaler-record.ts';
import type { Reason } from '../reasons.ts';
import { type ApproveOptions, parseApproveOptions } from './approve-options.ts';
import { BadInput } from './bad-input.ts';
import { exit, type Io } from './io.ts';

/** The outside of the command; a test passes its own. */
export interface ApproveParts {
  readonly clock: Clock;
  readonly connection: Connection;
  /** The namespace of the kubeconfig's context. */
  readonly namespace: string;
}

const HELD: Reason = 'PlanHeld';

type HeldPlan = NonNullable<PublishedStatus['heldPlan']>;

/** Why nothing was approved; what the user has to know, in words. */
class NotApproved extends Error {
  override readonly name = 'NotApproved';
}

/**
 * `foresail approve`: lets one held plan through, in the user's own name. Exit code 0 when it is approved; 1 when nothing is held,
 * another plan is held by now, it was approved before, the user said no or may not; 2 for what the user can mend.
 */
export async function runApprove(args: readonly string[], io: Io, given?: ApproveParts): Promise<number> {
  const options = parseApproveOptions(args, io);
  if (!options.yes && io.stdin?.isTTY !== true)
    throw new BadInput('--yes must be given where there is no terminal to ask on');
  const parts = given ?? partsOf(loadKubeconfig({ path: options.kubeconfig, env: io.env }));
  try {
    return await approve(options, parts, io);
  } catch (error) {
    if (!(error instanceof NotApproved)) throw error;
    if (options.output === 'json') print(io, { approved: false, why: error.message });
    else io.stderr.write(`foresail: ${error.message}\n`);
    return exit.no;
  } finally {
    parts.connection.close();
  }
}

function partsOf(config: KubeConfig): ApproveParts {
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  return { clock: systemClock, connection: createConnection(config, systemClock), namespace };
}

async function approve(options: ApproveOptions, parts: ApproveParts, io: Io): Promise<number> {
  const { clock, connection } = parts;
  const namespace = options.scaler.namespace ?? parts.namespace;
  const { name } = options.scaler;
  const scaler = await asked(connection, namespace, () => readScaler(connection, namespace, name));
  if (scaler === undefined)
    throw new BadInput(
      `there must be a PredictiveScaler ${name} in namespace ${namespace}; kubectl get predictivescalers -n ${namespace} lists them`,
    );
  const plan = heldPlan(scaler, options, clock.wallMs());
  const shown = planText(scaler, plan);
  (options.output === 'json' ? io.stderr : io.stdout).write(`${shown.join('\n')}\n`);
  if (!options.yes && !(await saysYes(io))) throw new NotApproved('nothing was approved');
  const approvedBy = await asked(connection, namespace, () => ownName(connection));
  const expiresSeconds = secondsLeft(plan, clock.wallMs());
  if (expiresSeconds < 1) throw new NotApproved(ranOut(plan));
  const spec = { scaler: name, planHash: plan.hash, expiresSeconds, approvedBy };
  const approved = await asked(connection, namespace, () => approvePlan(connection, scaler.ref, spec));
  return tell(approved, scaler, { plan, approvedBy }, options, io);
}

/** The plan that may be approved. Throws NotApproved. */
function heldPlan({ ref, status }: ScalerRecord, { plan: wanted }: ApproveOptions, wallMs: number): HeldPlan {
  const { heldPlan: held } = status;
  const name = `${ref.namespace}/${ref.name}`;
  if (held === undefined) throw new NotApproved(`no plan of ${name} is held: there is nothing to approve`);
  if (wanted !== undefined && wanted !== held.hash)
    throw new NotApproved(
      `plan ${wanted} of ${name} is not held any more; by now it is ${held.hash}, from ${held.from} to ${held.to} replicas`,
    );
  if (secondsLeft(held, wallMs) < 1) throw new NotApproved(ranOut(held));
  return held;
}

const ranOut = ({ hash, expires }: HeldPlan) =>
  `plan ${hash} could be approved until ${expires}, by this machine's clock that is over; Foresail makes another where it is still needed`;

/** Until the plan ends, and at most as long as an approval may hold. */
function secondsLeft({ expires }: HeldPlan, wallMs: number): number {
  return Math.min(LONGEST_APPROVAL_SECONDS, Math.ceil((Date.parse(expires) - wallMs) / 1000));
}

function planText({ ref, status }: ScalerRecord, { hash, from, to, expires }: HeldPlan): string[] {
  const why = status.conditions?.find(({ reason }) => reason === HELD)?.message;
  return [
    `${ref.namespace}/${ref.name}: from ${from} to ${to} replicas are held`,
    ...(why === undefined ? [] : [`why    ${why}`]),
    `plan   ${hash}`,
    `until  ${expires}`,
  ];
}

async function saysYes(io: Io): Promise<boolean> {
  io.stderr.write('Approve this plan? [y/N] ');
  for await (const piece of io.stdin ?? []) return /^y(es)?$/i.test(String(piece).trim());
  return false;
}

function tell(
  approved: Approved,
  { ref }: ScalerRecord,
  { plan, approvedBy }: { readonly plan: HeldPlan; readonly approvedBy: string },
  { output }: ApproveOptions,
  io: Io,
): number {
  const { namespace, name: scaler } = ref;
  const { hash, from, to } = plan;
  if (approved.kind === 'before')
    throw new NotApproved(
      `plan ${hash} was approved before${approved.by === undefined ? '' : ` by ${approved.by}`} (ScaleApproval ${approved.name}); nothing more is needed`,
    );
  const until = new Date(approved.expiresMs).toISOString();
  if (output === 'json') {
    const { name } = approved;
    print(io, {
      ...{ approved: true, namespace, scaler, plan: hash, from, to },
      ...{ approvedBy, scaleApproval: name, expires: until },
    });
  } else {
    io.stdout.write(
      `approved by ${approvedBy} until ${until}; to take it back: kubectl delete scaleapproval ${approved.name} -n ${namespace}\n`,
    );
  }
  return exit.done;
}

const print = (io: Io, answer: object) => io.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);

/** Throws NotApproved for what the user may not, with what gives the right; BadInput for an API server that cannot be asked. */
async function asked<T>(connection: Connection, namespace: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 403)
      throw new NotApproved(`${error.message}\n${await roleCommand(connection, namespace)}`);
    if (error instanceof ApiFailure && error.status === 404)
      throw new BadInput(
        `the CRD scaleapprovals.foresail.dev must be installed, and namespace ${namespace} exist: ${error.message}`,
      );
    if (error instanceof ApiFailure) throw new NotApproved(`the API server refused: ${error.message}`);
    if (error instanceof Unreachable) throw new BadInput(`the API server must answer: ${error.message}`);
    throw error;
  }
}

async function roleCommand(connection: Connection, namespace: string): Promise<string> {
  const name = await ownName(connection).catch(() => undefined);
  const [, , ofNamespace, account] = /^(system:serviceaccount:)([^:]+):([^:]+)$/.exec(name ?? '') ?? [];
  const subject =
    ofNamespace === undefined ? `--user='${name ?? 'USER'}'` : `--serviceaccount=${ofNamespace}:${account}`;
  return `somebody who may give rights can allow it: kubectl create rolebinding foresail-approve -n ${namespace} --clusterrole=foresail-approve ${subject}`;
}
