import type { Rig } from './rig.ts';

/** Foresail as it runs in a rig. */
export type InstalledForesail = {
  /** One line for a person: what runs and where to look. */
  readonly description: string;
  stop(): Promise<void>;
};

/**
 * Installs Foresail from its own manifests and starts its processes under their own service accounts. Undefined while
 * there is nothing to install.
 */
export async function installForesail(_rig: Rig): Promise<InstalledForesail | undefined> {
  return undefined;
}
