/** A piece of CEL, where a value is not known before the pod is. */
export interface Expression {
  readonly cel: string;
}

/** Fields whose keys are data: a CEL map, where all else is an object of a type named after its path. */
const MAPS: ReadonlySet<string> = new Set(['requests', 'limits', 'labels', 'annotations']);

/**
 * A value as a CEL literal of the type at a path, as `Object.spec.initContainers{name: "foresail"}`. CEL has no literal
 * for an object without a type, since all values of its maps must be of one.
 */
export function celOf(value: unknown, path: string, indent = ''): string {
  if (isExpression(value)) return value.cel;
  if (Array.isArray(value)) {
    return bracketed(
      '[',
      value.map((item) => celOf(item, path, `${indent}  `)),
      ']',
      indent,
    );
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isMap = MAPS.has(path.slice(path.lastIndexOf('.') + 1));
  const fields = Object.entries(value).map(([key, field]) => {
    const name = isMap ? JSON.stringify(key) : key;
    return `${name}: ${celOf(field, `${path}.${key.replace('?', '')}`, `${indent}  `)}`;
  });
  return bracketed(isMap ? '{' : `${path}{`, fields, '}', indent);
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'cel' in value;
}

/** On one line where that is short. */
function bracketed(open: string, items: readonly string[], close: string, indent: string): string {
  const line = `${open}${items.join(', ')}${close}`;
  if (line.length <= 80 && !line.includes('\n')) return line;
  return `${open}\n${indent}  ${items.join(`,\n${indent}  `)}\n${indent}${close}`;
}

export type Case = readonly [condition: string, result: string];

/** The result of the first condition that holds, as nested conditionals, one a line. */
export function firstOf(cases: readonly Case[], otherwise: string): string {
  return cases.reduceRight((rest, [condition, result]) => `${condition} ? ${result} :\n${rest}`, otherwise);
}
