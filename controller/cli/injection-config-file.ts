import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type InjectionConfig, injectionConfig } from '../inject/injection-config.ts';
import { joinProxies } from '../inject/proxy-injection.ts';
import type { Terms } from '../inject/skip-rules.ts';
import { meshes } from '../meshes.ts';
import { BadInput } from './bad-input.ts';

/** What injection goes by: the operators' profiles, and what the meshes add to pods. */
export function readTerms(file: string | undefined): Terms {
  return {
    config: readInjectionConfig(file),
    proxies: joinProxies(meshes.map(({ injection }) => injection)),
  };
}

/** Without a file, everything is as by default. Throws BadInput with the field that must be changed. */
function readInjectionConfig(file: string | undefined): InjectionConfig {
  if (file === undefined) return injectionConfig.parse({});
  const parsed = injectionConfig.safeParse(yamlOf(file) ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadInput(`${file}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

function yamlOf(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadInput(`${file}: it must be a readable file of YAML: ${(error as Error).message}`);
  }
}
