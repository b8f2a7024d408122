import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:https';
import { createAuthority, issue } from '../../controller/webhook/certificate.ts';

export type Injector = { readonly configuration: object; stop(): Promise<void> };

const YEAR_MS = 365 * 86_400_000;

/**
 * A webhook that does to a pod what a mesh's injector does, as far as it matters to others: its proxy as a native
 * sidecar before all other init containers, and everything else in its place; once. The API server calls webhooks in
 * the order of their configurations' names, and this one never again after another (the meshes' own default).
 */
export async function startInjector(name: string, proxy: { readonly name: string }): Promise<Injector> {
  const authority = createAuthority('localhost', Date.now(), YEAR_MS);
  const { key, certificate } = issue(
    { key: createPrivateKey(authority.key) },
    'localhost',
    Date.now(),
    YEAR_MS,
  );
  const server = createServer({ key, cert: certificate }, async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const review = JSON.parse(Buffer.concat(pieces).toString()) as Review;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...review, request: undefined, response: answer(review, proxy) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `https://localhost:${typeof address === 'object' ? address?.port : 0}/inject`;
  return {
    configuration: configurationOf(name, url, authority.certificate),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configurationOf(name: string, url: string, authority: string): object {
  const webhook = {
    name: `${name}.mesh.example`,
    admissionReviewVersions: ['v1'],
    clientConfig: { url, caBundle: Buffer.from(authority).toString('base64') },
    failurePolicy: 'Fail',
    sideEffects: 'None',
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    namespaceSelector: {
      matchExpressions: [{ key: 'foresail.dev/inject', operator: 'Exists' }],
    },
  };
  const kind = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' };
  return { ...kind, metadata: { name }, webhooks: [webhook] };
}

type Review = {
  readonly request: {
    readonly uid: string;
    readonly object: { readonly spec: { readonly initContainers?: readonly { readonly name: string }[] } };
  };
};

function answer({ request }: Review, proxy: { readonly name: string }): object {
  const present = request.object.spec.initContainers ?? [];
  const allowed = { uid: request.uid, allowed: true };
  if (present.some(({ name }) => name === proxy.name)) return allowed;
  const patch = [{ op: 'add', path: '/spec/initContainers', value: [proxy, ...present] }];
  return { ...allowed, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
}
