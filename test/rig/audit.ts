import { existsSync, readFileSync } from 'node:fs';

/** One request as the API server itself recorded it, when the answer was complete. */
export type AuditEvent = {
  readonly auditId: string;
  readonly verb: string;
  readonly user: string;
  readonly userAgent: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly requestUri: string;
  readonly responseStatus: { readonly code: number; readonly message?: string; readonly reason?: string };
  readonly requestObject: unknown;
  readonly responseObject: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
};

const READS = ['get', 'list', 'watch'];
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** First rule that fits wins. Tokens are never recorded; the rig's own watching is left out. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', users: ['rig', 'system:kube-scheduler', 'system:apiserver'], verbs: READS },
    { level: 'None', users: ['system:kube-controller-manager'], verbs: READS },
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'], verbs: READS },
    { level: 'None', users: ['kwok'] },
    { level: 'None', nonResourceURLs: ['*'] },
    {
      level: 'Metadata',
      resources: [{ group: 'authentication.k8s.io' }, { group: '', resources: ['secrets'] }],
    },
    { level: 'Metadata', resources: [{ group: '', resources: ['serviceaccounts/token'] }] },
    {
      level: 'RequestResponse',
      verbs: WRITES,
      resources: [
        { group: 'apps', resources: ['deployments', 'deployments/*', 'statefulsets', 'statefulsets/*'] },
        { group: 'autoscaling' },
        { group: 'coordination.k8s.io', resources: ['leases'] },
        { group: 'foresail.dev' },
        { group: 'apiextensions.k8s.io' },
        { group: 'keda.sh' },
      ],
    },
    { level: 'Request', verbs: WRITES },
    { level: 'Metadata' },
  ],
};

type RawEvent = {
  readonly auditID: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: Readonly<Record<string, string>>;
  readonly requestURI: string;
  readonly responseStatus?: AuditEvent['responseStatus'];
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
};

/** All complete lines of the log so far, in the order in which they were written. */
export function readAudit(logFile: string): readonly AuditEvent[] {
  if (!existsSync(logFile)) return [];
  const text = readFileSync(logFile, 'utf8');
  // After the last line break there may be a line that is still being written.
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete.split('\n').flatMap((line) => (line === '' ? [] : [toEvent(JSON.parse(line))]));
}

function toEvent(raw: RawEvent): AuditEvent {
  const { apiGroup = '', resource = '', subresource = '', namespace = '', name = '' } = raw.objectRef ?? {};
  return {
    auditId: raw.auditID,
    verb: raw.verb,
    user: raw.user.username,
    userAgent: raw.userAgent ?? '',
    apiGroup,
    resource,
    subresource,
    namespace,
    name,
    requestUri: raw.requestURI,
    responseStatus: raw.responseStatus ?? { code: 0 },
    requestObject: raw.requestObject,
    responseObject: raw.responseObject,
    requestReceivedTimestamp: raw.requestReceivedTimestamp,
    stageTimestamp: raw.stageTimestamp,
  };
}
