import { type KubeObject, objectKey } from './kube-object.ts';
import { compareVersions } from './resource-version.ts';

export interface Change<T> {
  readonly key: string;
  /** undefined: it is gone. */
  readonly object: T | undefined;
  readonly previous: T | undefined;
}

interface Held<T> {
  readonly resourceVersion: string;
  readonly object: T;
}

/** An object of a list, as far as it is kept. */
export interface Kept<T> extends Held<T> {
  readonly key: string;
}

/** What an event did to the cache. `disorder`: it is older than what is known and fits nowhere, so only a list can tell. */
export type Applied = 'applied' | 'duplicate' | 'disorder';

/** The objects of one resource, each with the version it was last seen at. Tells of every change, and only of changes. */
export class ObjectCache<T> {
  readonly #held = new Map<string, Held<T>>();
  readonly #shape: (object: KubeObject) => T;
  readonly #onChange: (change: Change<T>) => void;
  #version = '';

  constructor(shape: (object: KubeObject) => T, onChange: (change: Change<T>) => void) {
    this.#shape = shape;
    this.#onChange = onChange;
  }

  /** The newest version of the whole resource that is known; empty before the first list. */
  get version(): string {
    return this.#version;
  }

  get(key: string): T | undefined {
    return this.#held.get(key)?.object;
  }

  *values(): Generator<T> {
    for (const { object } of this.#held.values()) yield object;
  }

  /** What is kept of an object, for {@link replace}. */
  keep(source: KubeObject): Kept<T> {
    const { resourceVersion } = source.metadata;
    return { key: objectKey(source), resourceVersion, object: this.#shape(source) };
  }

  replace(objects: readonly Kept<T>[], version: string): void {
    this.#version = version;
    const present = new Set(objects.map(({ key }) => key));
    for (const key of [...this.#held.keys()]) if (!present.has(key)) this.#remove(key);
    for (const kept of objects) {
      if (this.#held.get(kept.key)?.resourceVersion !== kept.resourceVersion) this.#set(kept);
    }
  }

  /** A bookmark: everything up to this version has been told. */
  advance(version: string): void {
    if ((compareVersions(version, this.#version) ?? 1) > 0) this.#version = version;
  }

  apply(kind: 'set' | 'delete', object: KubeObject): Applied {
    const key = objectKey(object);
    const version = object.metadata.resourceVersion;
    const known = this.#held.get(key);
    if (known && (compareVersions(version, known.resourceVersion) ?? 1) <= 0) return 'duplicate';
    // An older event about something unknown: it may have been created, or deleted, since.
    if (!known && (compareVersions(version, this.#version) ?? 1) <= 0) {
      return kind === 'delete' ? 'duplicate' : 'disorder';
    }
    this.advance(version);
    if (kind === 'set') this.#set(this.keep(object));
    else if (known) this.#remove(key);
    return 'applied';
  }

  #set({ key, resourceVersion, object }: Kept<T>): void {
    const previous = this.#held.get(key)?.object;
    this.#held.set(key, { resourceVersion, object });
    this.#onChange({ key, object, previous });
  }

  #remove(key: string): void {
    const previous = this.#held.get(key)?.object;
    this.#held.delete(key);
    this.#onChange({ key, object: undefined, previous });
  }
}
