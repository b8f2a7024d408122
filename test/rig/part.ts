import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type PartOptions = {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers whether the part does its work by now; an exception counts as no. */
  readonly ready?: () => Promise<boolean>;
  readonly readyTimeoutMs?: number;
};

/** One process of the rig, which a test can kill, stop, continue and start again. */
export type Part = {
  readonly name: string;
  readonly logFile: string;
  /** The process id as seen inside the namespace; undefined while it does not run. */
  readonly pid: number | undefined;
  /** Starts the process (again) and waits until it is ready. */
  start(): Promise<void>;
  /** Sends a signal; for one that ends the process, waits until it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the process in order: SIGTERM, and SIGKILL when it takes too long. */
  stop(): Promise<void>;
  /** Memory the process holds now. */
  rssBytes(): number;
};

const STOP_TIMEOUT_MS = 5_000;
const POLL_MS = 50;
const PASSING_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGSTOP',
  'SIGCONT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
]);

export function createPart(options: PartOptions): Part {
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    child?.kill(signal);
    if (!PASSING_SIGNALS.has(signal)) await ended;
  }

  return {
    name: options.name,
    logFile: options.logFile,
    get pid() {
      return child?.pid;
    },
    async start() {
      if (child !== undefined) throw new Error(`${options.name} runs already; kill or stop it first`);
      const started = spawnLogged(options);
      child = started;
      ended = new Promise((resolve) => {
        const end = () => {
          if (child === started) child = undefined;
          resolve();
        };
        started.once('exit', end).once('error', end);
      });
      await waitUntilReady(options, () => child === started);
    },
    kill,
    async stop() {
      if (child === undefined) return;
      const patience = setTimeout(() => child?.kill('SIGKILL'), STOP_TIMEOUT_MS);
      // A stopped process would get the SIGTERM only when it continues.
      child.kill('SIGCONT');
      await kill('SIGTERM');
      clearTimeout(patience);
    },
    rssBytes: () => (child?.pid === undefined ? 0 : rssOf(child.pid)),
  };
}

/** setpriv has the kernel kill the part when the process (or worker thread) that started it is gone. */
function spawnLogged(options: PartOptions): ChildProcess {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  try {
    return spawn('setpriv', ['--pdeathsig', 'KILL', '--', options.file, ...options.args], {
      stdio: ['ignore', log, log],
      // A process group of its own, so that Ctrl-C reaches only who then stops the parts in order.
      detached: true,
      env: { ...process.env, ...options.env },
    });
  } finally {
    closeSync(log);
  }
}

async function waitUntilReady(options: PartOptions, runs: () => boolean): Promise<void> {
  const { ready, readyTimeoutMs = 60_000 } = options;
  const deadlineMs = performance.now() + readyTimeoutMs;
  while (ready !== undefined && !(await ready().catch(() => false))) {
    if (!runs()) throw new Error(`${options.name} ended at its start; ${logTail(options.logFile)}`);
    if (performance.now() > deadlineMs) {
      throw new Error(
        `${options.name} was not ready after ${readyTimeoutMs} ms; ${logTail(options.logFile)}`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** The end of a log, for error messages. */
export function logTail(logFile: string): string {
  return `the end of its log ${logFile}:\n${readFileSync(logFile, 'utf8').slice(-2000)}`;
}

function rssOf(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes ?? 0) * 1024;
}
