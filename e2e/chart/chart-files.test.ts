import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { FLAGS } from '../../src/config/index.js';
import { METRICS } from '../../src/telemetry/metric-table.js';

const CHART = join(import.meta.dirname, '..', '..', 'charts', 'windlass');
const ROOT = join(CHART, '..', '..');
const read = (path: string): string => readFileSync(join(CHART, path), 'utf8');

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

/** Paths of values, as `image.tag`; what is a map of the user's own is one value. */
function paths(value: unknown, schema: Schema, prefix = ''): readonly string[] {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || schema.properties === undefined || Object.keys(value).length === 0) return [prefix];
  return Object.entries(value).flatMap(([key, below]) =>
    paths(below, schema.properties?.[key] ?? {}, prefix === '' ? key : `${prefix}.${key}`),
  );
}

function schemaPaths({ properties, ...schema }: Schema, prefix = ''): readonly string[] {
  if (properties === undefined) return [prefix];
  expect({ prefix, additional: schema.additionalProperties }).toEqual({ prefix, additional: false });
  return Object.entries(properties).flatMap(([key, below]) =>
    schemaPaths(below, prefix === '' ? key : `${prefix}.${key}`),
  );
}

describe('the values of the chart', () => {
  const schema = JSON.parse(read('values.schema.json')) as Schema;
  const values: unknown = parse(read('values.yaml'));

  it('are all in the schema, and the schema has no others', () => {
    // What users give as a whole, and what only Helm gives.
    const open =
      /^(resources|affinity|gatewayClass\.parametersRef)(\.|$)|^(global|gateway-api-(standard|experimental)\.global)$/;
    const known = schemaPaths(schema).filter((path) => !open.test(path));
    const given = paths(values, schema).filter((path) => !open.test(path));
    expect(given.toSorted()).toEqual(known.toSorted());
  });

  it('are explained: each in a comment of its own or of its group', () => {
    const lines = read('values.yaml').split('\n');
    const top = lines.flatMap((line, index) => (/^[a-zA-Z]+:/.test(line) ? [index] : []));
    const silent = top.filter((at) => {
      const above = lines[at - 1] ?? '';
      const below = lines.slice(at + 1).find((line) => line.trim() !== '') ?? '';
      const isGroup = /^[a-zA-Z]+:$/.test(lines[at] ?? '');
      const followsExplained = /^[a-zA-Z]+: .*$/.test(above);
      return !above.startsWith('#') && !followsExplained && !(isGroup && /^ +(#|[a-z])/.test(below));
    });
    expect(silent.map((at) => lines[at])).toEqual([]);
  });

  it('and the documentation name each other', () => {
    const page = readFileSync(join(ROOT, 'docs', 'guide', 'kubernetes', 'configure.md'), 'utf8');
    const named = new Set([...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name));
    const groups = new Set(paths(values, schema));
    expect([...groups].filter((path) => !named.has(path))).toEqual([]);
    expect([...named].filter((path) => !groups.has(path))).toEqual([]);
  });
});

describe('the permissions', () => {
  it('each have a reason in a comment above', () => {
    const lines = read('templates/rbac.yaml').split('\n');
    const rules = lines.flatMap((line, index) => (/^ +- apiGroups:/.test(line) ? [index] : []));
    expect(rules.length).toBeGreaterThan(20);
    const unexplained = rules.filter((at) => !/^ +# \S/.test(lines[at - 1] ?? ''));
    expect(unexplained.map((at) => lines.slice(at, at + 3))).toEqual([]);
  });

  it('name every group, resource and verb: no wildcards', () => {
    expect(read('templates/rbac.yaml')).not.toContain('*');
  });
});

describe('the alerts', () => {
  const { groups } = parse(read('files/alerts.yaml')) as {
    readonly groups: readonly [{ readonly rules: readonly Alert[] }];
  };
  const [{ rules }] = groups;

  it.each(rules)('$alert asks for metrics that there are, by labels that they have', ({ expr }) => {
    const selectors = [...expr.matchAll(/\b(windlass_[a-z_]+)(\{[^}]*\})?/g)];
    expect(selectors.length).toBeGreaterThan(0);
    for (const [, name = '', labels = ''] of selectors) {
      const metric = metricOf(name);
      expect({ name, is: metric?.name }).toEqual({ name, is: expect.any(String) });
      const asked = [...labels.matchAll(/([a-z_]+)=~?"/g)].map(([, label = '']) => label);
      const known: readonly string[] = metric?.labels ?? [];
      expect(asked.filter((label) => !known.includes(label))).toEqual([]);
    }
  });

  it.each(rules)(
    '$alert says how bad it is, and what to do in the documentation',
    ({ alert, labels, annotations }) => {
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary + annotations.description).not.toBe('');
      const page = readFileSync(join(ROOT, 'docs', 'guide', 'kubernetes', 'operate.md'), 'utf8');
      expect(page).toContain(`| \`${alert}\` |`);
    },
  );

  it('are the only ones that the documentation names', () => {
    const page = readFileSync(join(ROOT, 'docs', 'guide', 'kubernetes', 'operate.md'), 'utf8');
    const named = [...page.matchAll(/^\| `(Windlass[A-Za-z]+)` \|/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  });
});

/** A histogram has several names. */
function metricOf(name: string): { readonly name: string; readonly labels: readonly string[] } | undefined {
  const found = Object.entries(METRICS).find(
    ([known, { type }]) => known === name || (type === 'histogram' && name === `${known}_bucket`),
  );
  return found && { name: found[0], labels: found[1].labels };
}

describe('the chart', () => {
  it('has the version of the product', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(parse(read('Chart.yaml'))).toMatchObject({ version, appVersion: version });
  });

  it('gives the control plane its ports, and the token for other replicas where that looks for it', () => {
    const deployment = read('templates/deployment.yaml');
    for (const { default: port } of [FLAGS.xdsPort, FLAGS.replicaPort, FLAGS.healthPort])
      expect(deployment).toContain(`containerPort: ${port}\n`);
    expect(deployment).toContain(`mountPath: ${dirname(FLAGS.replicaToken.default)}\n`);
  });

  it('has the definitions that the schemas are made of', () => {
    const folder = (path: string): readonly string[] => readdirSync(join(CHART, path)).toSorted();
    const schemas = (path: string): readonly string[] => readdirSync(join(ROOT, 'schemas', path)).toSorted();
    for (const channel of ['standard', 'experimental']) {
      expect(folder(`charts/gateway-api-${channel}/crds`)).toEqual(schemas(`gateway-api-1.7.0/${channel}`));
    }
    expect(folder('crds')).toEqual(schemas('windlass'));
  });
});
