import { Command, Option } from 'commander';
import { BadInput } from './bad-input.ts';
import type { Io } from './io.ts';

export interface InjectOptions {
  /** `-`: standard input. undefined with `policy`. */
  readonly file: string | undefined;
  readonly config?: string;
  /** The admission policies are printed instead. */
  readonly policy: boolean;
  readonly namespace?: string;
  readonly enable: boolean;
}

/** Reads the command line; throws a CommanderError, already printed, for what must be changed. */
export function parseInjectOptions(args: readonly string[], io: Io): InjectOptions {
  const command = new Command('foresail inject')
    .description(
      'Adds the sidecar to the pods of manifests and prints them: the same that a cluster adds at admission.\n' +
        'Asked for by `foresail.dev/inject: enabled`, an annotation or label of the pod (template) or a label of a ' +
        'Namespace in the file. What was left out, and why, is on stderr.',
    )
    .argument('[file]', 'YAML or JSON, any number of documents; - reads standard input')
    .addOption(
      new Option('--config <file>', 'profiles: images, endpoints, resources').env(
        'FORESAIL_INJECTION_CONFIG',
      ),
    )
    .option('-n, --namespace <name>', 'namespace of objects that name none')
    .option('--enable', 'as if every namespace had the label foresail.dev/inject: enabled', false)
    .option(
      '--policy',
      'print the admission policies that do it in the API server, for these profiles',
      false,
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  command.parse([...args], { from: 'user' });
  const [file] = command.args;
  const options = { file, ...command.opts<Omit<InjectOptions, 'file'>>() };
  if (options.policy === (file === undefined)) return options;
  throw new BadInput('inject needs either a file of manifests (- is standard input) or --policy');
}
