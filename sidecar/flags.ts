/**
 * How Node is started for the sidecar, by what `npm run bench:sidecar` measured: together they save some 15 MiB. It does
 * too little to be worth compiling, so the compilers' code is never even paged in.
 */
export const NODE_FLAGS = ['--jitless', '--max-semi-space-size=1', '--expose-gc'] as const;

/** One thread for zlib and name look-ups, and one arena for malloc, are enough. What the operator set stays. */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '1', MALLOC_ARENA_MAX: '1' } as const;

/** The programs whose whole process is the sidecar's to replace; never a test runner or whatever else calls `run`. */
const OUR_PROGRAMS = /(^|[\\/])foresail(-sidecar)?(\.js)?$/;

type Process = Pick<NodeJS.Process, 'argv' | 'execArgv' | 'execPath' | 'env' | 'execve'>;

/** Becomes the same command in the same process with these flags, where it was started without them. */
export function takeFlags(self: Process): void {
  const { argv, execArgv, execPath, env } = self;
  const missing = NODE_FLAGS.filter((flag) => !execArgv.includes(flag));
  if (missing.length === 0 || !self.execve || !OUR_PROGRAMS.test(argv[1] ?? '')) return;
  const args = [execPath, ...execArgv, ...missing, ...argv.slice(1)];
  self.execve(execPath, args, { ...ENVIRONMENT, ...env });
}

type Collect = (options: { type: 'minor' | 'major' }) => unknown;

const TURNS_PER_MAJOR = 6;

/**
 * Frees what a scrape left behind. Its 64 KiB buffers are outside the heap and weigh nothing there, so V8 would let
 * megabytes of them gather; a major collection every half minute undoes what the minor ones promote. Undefined where
 * Node was started without `--expose-gc`.
 */
export function collectorOf({ gc }: { readonly gc?: Collect | undefined }): (() => void) | undefined {
  if (!gc) return undefined;
  let turns = 0;
  return () => void gc({ type: ++turns % TURNS_PER_MAJOR === 0 ? 'major' : 'minor' });
}
