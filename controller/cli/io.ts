/** Where a command reads and writes; a test passes its own. */
export interface Io {
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  /** Only where a command reads `-`, or asks. */
  readonly stdin?: AsyncIterable<string | Buffer> & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A command: its own arguments in, its exit code out. What the user can mend is thrown as `BadInput`. */
export type RunCommand = (args: readonly string[], io: Io) => Promise<number>;

/** Exit codes of every command. `no` is an answer, not a failure. */
export const exit = { done: 0, no: 1, badInput: 2, interrupted: 130 } as const;
