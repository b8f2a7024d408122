import { readFileSync } from 'node:fs';
import { type Injection, injectSidecar } from '../inject/inject.ts';
import { isRecord, Manifest, type ManifestObject, podPathOf } from '../inject/manifest.ts';
import { INJECT } from '../inject/names.ts';
import { podTemplate } from '../inject/pod.ts';
import { policyManifests, reportManifests } from '../inject/policy.ts';
import type { Terms } from '../inject/skip-rules.ts';
import { yamlDocuments } from '../inject/yaml-documents.ts';
import { BadInput } from './bad-input.ts';
import { type InjectOptions, parseInjectOptions } from './inject-options.ts';
import { readTerms } from './injection-config-file.ts';
import { exit, type Io } from './io.ts';

/** `foresail inject`: manifests in, the same with sidecars out. Exit code 0, or 2 for what the user can mend. */
export async function runInject(args: readonly string[], io: Io): Promise<number> {
  const options = parseInjectOptions(args, io);
  const terms = readTerms(options.config);
  if (options.file === undefined) {
    io.stdout.write(yamlDocuments([...policyManifests(terms), ...reportManifests(terms)]));
    return exit.done;
  }
  const name = options.file === '-' ? 'standard input' : options.file;
  const manifest = new Manifest(name, await read(options.file, io));
  const objects = manifest.objects();
  if (objects.length === 0) io.stderr.write(`${name}: there is no Kubernetes object in it\n`);
  const labels = namespaceLabels(objects);
  for (const object of objects) {
    const path = podPathOf(object);
    if (!path) continue;
    const injection = inject(object, path, { name, labels, options, terms });
    if (injection.kind === 'patch') manifest.add(object, injection.patch);
    io.stderr.write(`${titleOf(object, options)}: ${outcomeOf(injection)}\n`);
  }
  io.stdout.write(manifest.toString());
  return exit.done;
}

interface Surroundings {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly options: InjectOptions;
  readonly terms: Terms;
}

function inject(object: ManifestObject, path: readonly (string | number)[], around: Surroundings): Injection {
  const { name, labels, options, terms } = around;
  const value = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), object.value);
  const pod = podTemplate.safeParse(value);
  if (!pod.success) {
    const [issue] = pod.error.issues;
    const at = [...path, ...(issue?.path ?? [])].join('.');
    throw new BadInput(`${name}: ${titleOf(object, options)}: ${at}: ${issue?.message}`);
  }
  const namespace = namespaceOf(object, options);
  const enabled = options.enable ? 'enabled' : undefined;
  const label = labels.get(namespace ?? '') ?? enabled;
  return injectSidecar({ pod: pod.data, namespace: { name: namespace, inject: label } }, terms);
}

async function read(file: string, io: Io): Promise<string> {
  try {
    if (file !== '-') return readFileSync(file, 'utf8');
    const pieces: Buffer[] = [];
    for await (const piece of io.stdin ?? []) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces).toString('utf8');
  } catch (error) {
    throw new BadInput(`${file} must be a file that can be read: ${(error as Error).message}`);
  }
}

function namespaceLabels(objects: readonly ManifestObject[]): ReadonlyMap<string, string> {
  return new Map(
    objects.flatMap(({ value }) => {
      if (value.kind !== 'Namespace') return [];
      const { name, labels } = metadataOf(value);
      const label = isRecord(labels) ? labels[INJECT] : undefined;
      return typeof name === 'string' && typeof label === 'string' ? [[name, label] as const] : [];
    }),
  );
}

function metadataOf(value: ManifestObject['value']): Readonly<Record<string, unknown>> {
  return isRecord(value.metadata) ? value.metadata : {};
}

function namespaceOf({ value }: ManifestObject, options: InjectOptions): string | undefined {
  const { namespace } = metadataOf(value);
  return typeof namespace === 'string' ? namespace : options.namespace;
}

function titleOf(object: ManifestObject, options: InjectOptions): string {
  const { name, generateName } = metadataOf(object.value);
  const namespace = namespaceOf(object, options);
  return `${object.value.kind} ${namespace ? `${namespace}/` : ''}${name ?? generateName ?? '(no name)'}`;
}

function outcomeOf(injection: Injection): string {
  if (injection.kind === 'patch') return `injected, profile ${injection.profile}`;
  return `not injected (${injection.reason}): ${injection.message}`;
}
