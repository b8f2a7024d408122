import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { predictiveScalerCrd, type SchemaNode, specSchema, statusSchema } from '../../controller/api/crd.ts';
import { generatedFiles } from '../../controller/api/generated-files.ts';

const root = join(import.meta.dirname, '..', '..');

for (const [path, text] of generatedFiles()) {
  test(`${path} is what the schemas say (else: npm run generate)`, (t) => {
    t.is(readFileSync(join(root, path), 'utf8'), text);
  });
}

test('the CRD in YAML reads back as the same data', (t) => {
  const text = generatedFiles().get('deploy/crds/foresail.dev_predictivescalers.yaml') ?? '';
  t.deepEqual(parse(text), JSON.parse(JSON.stringify(predictiveScalerCrd())));
});

test('the schemas are structural: a type everywhere, nothing the API server refuses', (t) => {
  const visit = (path: string, node: SchemaNode): void => {
    t.truthy(node.type, `${path} has a type`);
    t.is(node.additionalProperties, undefined, path);
    t.is(node.$schema, undefined, path);
    t.not(node.maximum, Number.MAX_SAFE_INTEGER, path);
    for (const [name, child] of Object.entries(node.properties ?? {})) visit(`${path}.${name}`, child);
    if (node.items) visit(`${path}[]`, node.items);
  };
  visit('spec', specSchema());
  visit('status', statusSchema());
});

test('print columns are the eight an operator reads, in order', (t) => {
  const crd = predictiveScalerCrd() as {
    spec: { versions: { additionalPrinterColumns: { name: string }[] }[] };
  };
  const names = crd.spec.versions[0]?.additionalPrinterColumns.map((column) => column.name.toUpperCase());
  t.deepEqual(names, ['TARGET', 'MODE', 'CURRENT', 'DESIRED', 'FORECAST', 'MODEL', 'READY', 'AGE']);
});

test('no bound is left to the schema that is not whole: the API server would cut it', (t) => {
  const visit = (path: string, node: SchemaNode): void => {
    for (const bound of [node.minimum, node.maximum])
      t.true(bound === undefined || Number.isInteger(bound), path);
    for (const [name, child] of Object.entries(node.properties ?? {})) visit(`${path}.${name}`, child);
  };
  visit('spec', specSchema());
  t.deepEqual(specSchema().properties?.objective?.properties?.percentile?.['x-kubernetes-validations'], [
    { rule: 'self <= 99.9', message: 'must be <= 99.9' },
  ]);
});

test('every field of spec says what it is for', (t) => {
  const visit = (path: string, node: SchemaNode): void => {
    if (path !== 'spec') t.truthy(node.description, path);
    for (const [name, child] of Object.entries(node.properties ?? {})) visit(`${path}.${name}`, child);
  };
  visit('spec', specSchema());
});

test('conditions are a list that is a map by type, so that two writers can own one each', (t) => {
  const conditions = statusSchema().properties?.conditions;
  t.is(conditions?.['x-kubernetes-list-type'], 'map');
  t.deepEqual(conditions?.['x-kubernetes-list-map-keys'], ['type']);
});
