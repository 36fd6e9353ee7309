import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { code, docTable } from '../../errors/testing/doc-table.js';
import { compileParameters, PARAMETER_DEFAULTS } from './parameters.js';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

const CRD = new URL('../../../schemas/windlass/windlass.io_gatewayparameters.yaml', import.meta.url);

interface Definition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}

/** Every field with a meaning, by its path. */
function fields(schema: Schema, path = ''): readonly (readonly [string, Schema])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const own = path === '' ? name : `${path}.${name}`;
    const isWhole = child.items !== undefined || child['x-kubernetes-preserve-unknown-fields'] === true;
    const below = isWhole ? fields(described(child.items), `${own}[]`) : fields(child, own);
    return child.description === undefined ? below : [[own, child] as const, ...below];
  });
}

/** Entries are told about field by field where their fields are. */
function described(items: Schema = {}): Schema {
  return Object.values(items.properties ?? {}).some(({ description }) => description !== undefined)
    ? items
    : {};
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or percent';
  if (schema.type === 'array') return 'list';
  if (schema.type === 'object') return schema.additionalProperties ? 'map' : 'object';
  return schema.type ?? '';
}

const defaults: Readonly<Record<string, unknown>> = PARAMETER_DEFAULTS;
const spec = (parse(readFileSync(CRD, 'utf8')) as Definition).spec.versions[0]?.schema.openAPIV3Schema
  .properties?.['spec'];
const rows = fields(spec ?? {}).map(([path, schema]) => [
  code(path),
  typeOf(schema),
  path in defaults ? code(plain(defaults[path])) : '',
  (schema.description ?? '').replaceAll(/\s+/g, ' '),
]);

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

describe('the fields of GatewayParameters', () => {
  it('are those of the documentation, with their defaults', () => {
    expect(docTable('gateway-parameters.md', 'Fields')).toEqual(rows);
  });

  it('have every default that there is', () => {
    const paths = new Set(fieldPaths(spec ?? {}));
    expect(Object.keys(PARAMETER_DEFAULTS).filter((path) => !paths.has(path))).toEqual([]);
  });
});

function fieldPaths(schema: Schema, path = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const own = path === '' ? name : `${path}.${name}`;
    return [own, ...fieldPaths(child, own)];
  });
}

describe('parameters', () => {
  const compile = (parameters: Parameters<typeof compileParameters>[0]) =>
    compileParameters(parameters, { image: 'envoy' }, []);

  it('have their defaults', () => {
    expect(compile({})).toMatchObject({
      kind: PARAMETER_DEFAULTS.kind,
      replicas: PARAMETER_DEFAULTS.replicas,
      image: 'envoy',
      resources: { requests: PARAMETER_DEFAULTS['resources.requests'] },
      concurrency: PARAMETER_DEFAULTS.concurrency,
      logLevel: PARAMETER_DEFAULTS.logLevel,
      metricsPort: PARAMETER_DEFAULTS.metricsPort,
      hostNetwork: PARAMETER_DEFAULTS.hostNetwork,
      service: { type: PARAMETER_DEFAULTS['service.type'] },
      minDrain: PARAMETER_DEFAULTS['shutdown.minDrainSeconds'],
      maxDrain: PARAMETER_DEFAULTS['shutdown.drainSeconds'],
      disruptionBudget: { maxUnavailable: PARAMETER_DEFAULTS['podDisruptionBudget.maxUnavailable'] },
      autoscaling: undefined,
      podMonitor: undefined,
    });
  });

  it('have the defaults of autoscaling and monitoring where these are asked for', () => {
    expect(compile({ autoscaling: {}, podMonitor: { enabled: true } })).toMatchObject({
      autoscaling: {
        minReplicas: PARAMETER_DEFAULTS['autoscaling.minReplicas'],
        maxReplicas: PARAMETER_DEFAULTS['autoscaling.maxReplicas'],
        targetCPUUtilizationPercentage: PARAMETER_DEFAULTS['autoscaling.targetCPUUtilizationPercentage'],
      },
      podMonitor: { interval: PARAMETER_DEFAULTS['podMonitor.interval'] },
    });
  });

  it('make sense together, whatever is said of one alone', () => {
    expect(compile({ shutdown: { drainSeconds: 3 } })).toMatchObject({ minDrain: 3, maxDrain: 3 });
    expect(compile({ autoscaling: { maxReplicas: 1 } }).autoscaling).toMatchObject({
      minReplicas: 1,
      maxReplicas: 1,
    });
    expect(compile({ autoscaling: { minReplicas: 30 } }).autoscaling).toMatchObject({ maxReplicas: 30 });
    expect(compile({ kind: 'DaemonSet', autoscaling: {} }).autoscaling).toBeUndefined();
    expect(compile({ autoscaling: { enabled: false } }).autoscaling).toBeUndefined();
    expect(compile({ podDisruptionBudget: { enabled: false } }).disruptionBudget).toBeUndefined();
  });
});
