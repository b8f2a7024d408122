import { z } from 'zod';
import { predictiveScalerSpec } from './predictive-scaler.ts';
import { type RefusedField, type Rule, refusedFields, rules } from './predictive-scaler-rules.ts';
import { predictiveScalerStatus } from './predictive-scaler-status.ts';

export const GROUP = 'foresail.dev';
export const VERSION = 'v1alpha1';

/** A node of a structural schema (apiextensions.k8s.io/v1 JSONSchemaProps), as far as it is used here. */
export interface SchemaNode {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  pattern?: string;
  required?: string[];
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  additionalProperties?: unknown;
  'x-kubernetes-validations'?: object[];
  [keyword: string]: unknown;
}

/** The CustomResourceDefinition as plain data. */
export function predictiveScalerCrd(): object {
  const names = {
    kind: 'PredictiveScaler',
    listKind: 'PredictiveScalerList',
    plural: 'predictivescalers',
    singular: 'predictivescaler',
    shortNames: ['pscaler'],
    categories: ['all', 'foresail'],
  };
  return definition(names, { subresources: { status: {} }, printColumns, schema: rootSchema() });
}

/** A CustomResourceDefinition with the one version there is. */
export function definition(
  names: { readonly plural: string; readonly [name: string]: unknown },
  parts: {
    readonly subresources?: object;
    readonly printColumns: readonly object[];
    readonly schema: SchemaNode;
  },
): object {
  const { subresources, printColumns: additionalPrinterColumns, schema: openAPIV3Schema } = parts;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${GROUP}`, labels: { 'app.kubernetes.io/name': 'foresail' } },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names,
      versions: [
        {
          ...{ name: VERSION, served: true, storage: true },
          ...(subresources && { subresources }),
          additionalPrinterColumns,
          schema: { openAPIV3Schema },
        },
      ],
    },
  };
}

const printColumns = [
  { name: 'Target', type: 'string', jsonPath: '.spec.scaleTargetRef.name' },
  { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
  { name: 'Current', type: 'integer', jsonPath: '.status.currentReplicas' },
  { name: 'Desired', type: 'integer', jsonPath: '.status.desiredReplicas' },
  { name: 'Forecast', type: 'number', jsonPath: '.status.forecastRps' },
  { name: 'Model', type: 'string', jsonPath: '.status.model' },
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

function rootSchema(): SchemaNode {
  const description = 'Scales a workload ahead of its load, inside the bounds its spec sets.';
  return objectSchema(description, { spec: specSchema(), status: statusSchema() });
}

/** The schema of a whole object; its spec must be there. */
export function objectSchema(description: string, parts: Readonly<Record<string, SchemaNode>>): SchemaNode {
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      ...parts,
    },
  };
}

/** The schema of spec, with the rules across fields attached. Also what the reference is written from. */
export function specSchema(): SchemaNode {
  const spec = schemaOf(predictiveScalerSpec);
  for (const rule of rules) addRule(nodeAt(spec, rule.on), rule);
  for (const refused of refusedFields) refuseField(nodeAt(spec, refused.on), refused);
  return spec;
}

export function statusSchema(): SchemaNode {
  return schemaOf(predictiveScalerStatus);
}

export function schemaOf(declared: z.ZodType): SchemaNode {
  return structural(z.toJSONSchema(declared, { target: 'openapi-3.0', io: 'input' }));
}

/** What is JSON Schema and not structural goes: the API server prunes unknown fields by itself. */
function structural(schema: unknown): SchemaNode {
  const node = { ...(schema as SchemaNode) };
  delete node.$schema;
  delete node.additionalProperties;
  // The bounds that zod gives every integer say nothing: they are those of a double.
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.properties) {
    node.properties = Object.fromEntries(
      Object.entries(node.properties).map(([name, child]) => [name, structural(child)]),
    );
  }
  if (node.items) node.items = structural(node.items);
  return withExactBounds(node);
}

/**
 * The API server compares a whole number with a bound cut to a whole number: 0 passes `minimum: 0.01` (measured on
 * 1.37, test/real/crd.test.ts). So a bound that is not whole is a CEL rule.
 */
function withExactBounds(node: SchemaNode): SchemaNode {
  const validations: object[] = [];
  for (const [keyword, sign] of [
    ['minimum', '>='],
    ['maximum', '<='],
  ] as const) {
    const bound = node[keyword];
    if (bound === undefined || Number.isInteger(bound)) continue;
    delete node[keyword];
    validations.push({ rule: `self ${sign} ${bound}`, message: `must be ${sign} ${bound}` });
  }
  return validations.length === 0 ? node : { ...node, 'x-kubernetes-validations': validations };
}

function nodeAt(root: SchemaNode, path: string): SchemaNode {
  let node = root;
  for (const name of path.split('.').filter(Boolean)) {
    const child = node.properties?.[name];
    if (child === undefined) throw new TypeError(`predictive-scaler-rules: spec has no field ${path}`);
    node = child;
  }
  return node;
}

function addRule(node: SchemaNode, rule: Pick<Rule, 'cel' | 'field' | 'message'>): void {
  const validation = { rule: rule.cel, message: rule.message, fieldPath: `.${rule.field}` };
  node['x-kubernetes-validations'] = [...(node['x-kubernetes-validations'] ?? []), validation];
}

function refuseField(node: SchemaNode, refused: RefusedField): void {
  const { field, message } = refused;
  node.properties = {
    ...node.properties,
    [field]: { type: 'string', maxLength: 253, description: `M${message.slice(1)}.` },
  };
  addRule(node, { cel: `!has(self.${field})`, field, message });
}
