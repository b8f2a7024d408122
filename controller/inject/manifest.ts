import { type Document, isAlias, parseAllDocuments, visit, Document as YamlDocument } from 'yaml';
import { BadInput } from '../cli/bad-input.ts';
import type { Addition } from './inject.ts';

type Path = readonly (string | number)[];

/** Where in an object of this kind the pod is. A kind that is not here has none. */
const podPaths: Readonly<Record<string, Path>> = {
  Pod: [],
  ...Object.fromEntries(
    ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Rollout', 'Job'].map(
      (kind) => [kind, ['spec', 'template']],
    ),
  ),
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** One Kubernetes object of a file, and where in its document it stands: an item of a List has a path. */
export interface ManifestObject {
  readonly document: number;
  readonly path: Path;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A file of YAML or JSON documents that can be added to and keeps its comments and its order. */
export class Manifest {
  readonly #documents: Document[];
  readonly #name: string;
  /** The two habits that the printer would otherwise change everywhere. */
  readonly #style: { readonly indentSeq: boolean; readonly flowCollectionPadding: boolean };
  readonly #changed = new Set<number>();
  readonly #source: string;

  /** Throws BadInput with the line for what is not YAML. */
  constructor(name: string, source: string) {
    this.#name = name;
    this.#source = source;
    this.#documents = parseAllDocuments(source) as Document[];
    this.#style = {
      indentSeq: !/^( *)[^\s#-][^\n]*: *\n\1- /m.test(source),
      flowCollectionPadding: /[[{] \S/.test(source),
    };
    for (const { errors } of this.#documents) {
      for (const error of errors) throw new BadInput(`${name}: ${error.message}`);
    }
  }

  objects(): readonly ManifestObject[] {
    return this.#documents.flatMap((document, n) => {
      const value: unknown = document.toJS();
      if (value === null || value === undefined) return [];
      if (!isRecord(value))
        throw new BadInput(`${this.#name}: document ${n + 1} must be a Kubernetes object`);
      return this.#objectsIn(n, [], value);
    });
  }

  #objectsIn(document: number, path: Path, value: Record<string, unknown>): readonly ManifestObject[] {
    const isList = String(value.kind).endsWith('List') && Array.isArray(value.items);
    if (!isList) return [{ document, path, value }];
    const items: readonly unknown[] = value.items as unknown[];
    return items.flatMap((item, n) => {
      if (!isRecord(item)) {
        throw new BadInput(
          `${this.#name}: items[${n}] of document ${document + 1} must be a Kubernetes object`,
        );
      }
      return this.#objectsIn(document, [...path, 'items', n], item);
    });
  }

  /** Adds below the pod of the object. */
  add(object: ManifestObject, additions: readonly Addition[]): void {
    const document = this.#withoutAliases(object.document);
    this.#changed.add(object.document);
    const base = [...object.path, ...(podPathOf(object) ?? [])];
    for (const { path, value } of additions) {
      const keys = [...base, ...path.split('/').slice(1)];
      const node = document.createNode(value);
      if (keys.at(-1) === '-') document.addIn(keys.slice(0, -1), node);
      else document.setIn(keys, node);
    }
  }

  /** What an anchor is put into would be in all that refer to it: such a document is written out, without comments. */
  #withoutAliases(n: number): Document {
    const document = this.#documents[n] ?? new YamlDocument();
    let aliases = false;
    visit(document, (_key, node) => {
      aliases ||= isAlias(node);
    });
    if (!aliases) return document;
    const written = new YamlDocument(document.toJS(), { aliasDuplicateObjects: false });
    this.#documents[n] = written;
    return written;
  }

  /** To the byte what it was, where nothing was added. */
  toString(): string {
    if (this.#changed.size === 0) return this.#source;
    const options = { lineWidth: 0, ...this.#style };
    return this.#documents
      .map((document, n) => {
        const text = document.toString(options);
        return n === 0 || text.startsWith('---') || text.startsWith('%') ? text : `---\n${text}`;
      })
      .join('');
  }
}

/** undefined: no pod is made from such an object. */
export function podPathOf({ value }: ManifestObject): Path | undefined {
  return typeof value.kind === 'string' && Object.hasOwn(podPaths, value.kind)
    ? podPaths[value.kind]
    : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
