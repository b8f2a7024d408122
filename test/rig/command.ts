import { spawn } from 'node:child_process';

export type CommandResult = { readonly stdout: string; readonly stderr: string; readonly code: number };

export type CommandOptions = {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
};

/** Runs a program to its end and gives back what it said; it never throws for an exit code. */
export function command(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ ...output, code: code ?? (signal === null ? 1 : 137) }));
    // A program that does not read its input closes the pipe; that is its right.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

/** As `command`, for steps that must succeed: the error has the end of what the program said. */
export async function mustRun(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await command(file, args, options);
  if (result.code !== 0) {
    const said = `${result.stdout}\n${result.stderr}`.trim().slice(-4000);
    throw new Error(`${file} ${args.join(' ')} ended with exit code ${result.code}:\n${said}`);
  }
  return result.stdout;
}

/** Whether the program exists and ends well. */
export async function works(file: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await command(file, args, { timeoutMs: 30_000 })).code === 0;
  } catch {
    return false;
  }
}
