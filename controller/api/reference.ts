import type { SchemaNode } from './crd.ts';

/** The reference page of one kind, in Markdown, from the same schema as its CRD. */
export function referencePage(kind: string, spec: SchemaNode, status?: SchemaNode): string {
  return [
    `# ${kind}`,
    '',
    'Written by `npm run generate` from `controller/api`; do not edit. `kubectl explain` says the same.',
    '',
    ...section('spec', spec),
    '',
    '## Further rules',
    '',
    ...ruleLines('spec', spec),
    '',
    ...(status ? [...section('status', status), ''] : []),
  ].join('\n');
}

function section(name: string, root: SchemaNode): string[] {
  return [
    `## ${name}`,
    '',
    '| field | type | default | must be | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...fieldLines(name, root),
  ];
}

function fieldLines(path: string, node: SchemaNode): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = `${path}.${name}`;
    const required = node.required?.includes(name) ? 'required' : defaultOf(child);
    const line = `| \`${at}\` | ${child.type ?? ''} | ${required} | ${boundsOf(child)} | ${child.description ?? ''} |`;
    return [line, ...fieldLines(at, child), ...(child.items ? fieldLines(`${at}[]`, child.items) : [])];
  });
}

function defaultOf(node: SchemaNode): string {
  // A default of {} only lets the defaults inside it take hold.
  if (node.default === undefined || node.type === 'object') return '';
  return `\`${JSON.stringify(node.default)}\``;
}

function boundsOf(node: SchemaNode): string {
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(', ');
  const from = node.minimum === undefined ? '' : `${node.exclusiveMinimum ? '>' : '>='} ${node.minimum}`;
  const to = node.maximum === undefined ? '' : `<= ${node.maximum}`;
  return [from, to].filter(Boolean).join(', ');
}

function ruleLines(path: string, node: SchemaNode): string[] {
  const own = (node['x-kubernetes-validations'] ?? []).map((validation) => {
    const { fieldPath = '', message } = validation as { fieldPath?: string; message: string };
    return `- \`${path}${fieldPath}\` ${message}.`;
  });
  const children = Object.entries(node.properties ?? {});
  return [...own, ...children.flatMap(([name, child]) => ruleLines(`${path}.${name}`, child))];
}
