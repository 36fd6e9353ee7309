import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { ingest } from './index.js';
import { accepted, errorsOf, faultsOf, gatewayWith, objectOf, routeWithRule } from './testing/faults.js';

describe('an object of a file', () => {
  it('is defaulted as an API server defaults it', () => {
    expect(accepted(routeWithRule('backendRefs: [{name: a, port: 80}]'))).toMatchObject({
      metadata: { name: 'route', namespace: 'default' },
      spec: {
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [{ group: '', kind: 'Service', name: 'a', port: 80, weight: 1 }],
          },
        ],
      },
    });
  });

  it('of an older served version becomes one of the current version', () => {
    const grant = `
      apiVersion: gateway.networking.k8s.io/v1beta1
      kind: ReferenceGrant
      metadata: {name: g, namespace: n}
      spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}], to: [{group: "", kind: Service}]}`;
    expect(accepted(grant)).toMatchObject({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ReferenceGrant',
    });
    expect(faultsOf(grant)).toEqual([]);
  });

  it('of a version that is not served is an error that names those that are', () => {
    const yaml = gatewayWith('{name: a, port: 80, protocol: HTTP}').replace('io/v1\n', 'io/v1alpha2\n');
    expect(errorsOf(yaml)).toEqual([
      'apiVersion: Gateway has no version "v1alpha2"; served: gateway.networking.k8s.io/v1, gateway.networking.k8s.io/v1beta1',
    ]);
  });

  it('of an unknown kind is a warning and ignored', () => {
    const { object, faults, ref } = ingest(
      parse('{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}'),
    );
    expect(object).toBeUndefined();
    expect(ref).toMatchObject({ group: 'apps', kind: 'Deployment', name: 'a' });
    expect(faults).toMatchObject([{ rule: 'unknownKind', severity: 'warning', path: ['kind'] }]);
  });

  it.each([
    ['gateway.networking.k8s.io/v1', 'HttpRoute', 'HTTPRoute (gateway.networking.k8s.io/v1)'],
    ['gateway.networking.k8s.io/v1', 'Service', 'Service (v1)'],
    ['v1', 'Gateway', 'Gateway (gateway.networking.k8s.io/v1)'],
  ])('of a kind nearly known is told what was meant: %s %s', (apiVersion, kind, meant) => {
    const [fault] = ingest({ apiVersion, kind, metadata: { name: 'a' } }).faults;
    expect(fault?.message).toContain(`did you mean ${meant}?`);
  });

  it('of a kind of Gateway API that is not served yet is validated all the same', () => {
    const mesh = (controller: string): string => objectOf('XMesh', `spec: {controllerName: ${controller}}`);
    const { object, faults } = ingest(parse(mesh('a.b/c')));
    expect(object).toBeUndefined();
    expect(faults).toMatchObject([{ rule: 'notServed', severity: 'warning' }]);
    expect(errorsOf(mesh('a'))).toHaveLength(1);
  });

  it('of a version before v1 that has the same shape is of v1 afterwards', () => {
    for (const [kind, ...versions] of [
      ['TLSRoute', 'v1', 'v1alpha2', 'v1alpha3'],
      ['TCPRoute', 'v1', 'v1alpha2'],
      ['UDPRoute', 'v1', 'v1alpha2'],
    ] as const) {
      const hostnames = kind === 'TLSRoute' ? 'hostnames: [a.b], ' : '';
      const current = objectOf(kind, `spec: {${hostnames}rules: [{backendRefs: [{name: a, port: 1}]}]}`);
      const read = versions.map((version) => accepted(current.replace('io/v1\n', `io/${version}\n`)));
      expect(read[0]?.apiVersion).toBe('gateway.networking.k8s.io/v1');
      for (const each of read) expect(each).toEqual(read[0]);
    }
  });

  it('is refused with all its faults together', () => {
    const yaml = objectOf(
      'HTTPRoute',
      `spec:
         hostnames: [EXAMPLE.com]
         rules:
         - matches: [{path: {value: no-slash}}]
           backendRefs: [{name: a, port: 80, wieght: 3}, {name: b}]
           filters: [{type: Unheard}]
`,
    );
    expect(errorsOf(yaml).map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
      'spec.hostnames[0]',
      'spec.rules[0].backendRefs[0].wieght',
      'spec.rules[0].filters[0].type',
      'spec.rules[0].matches[0].path',
      'spec.rules[0].backendRefs[1]',
    ]);
  });

  it('may hold the status and bookkeeping of an export, which are dropped', () => {
    const object = accepted(`
      apiVersion: v1
      kind: Service
      metadata:
        name: a
        uid: 3a9e1b4e-0000-4000-8000-000000000000
        resourceVersion: "7"
        generation: 3
        creationTimestamp: "2026-01-31T12:00:00Z"
        ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: x, uid: y}]
        managedFields: [{manager: kubectl, operation: Update, fieldsV1: {"f:spec": {}}}]
      spec: {ports: [{port: 80}]}
      status: {loadBalancer: {}, anything: 1}`);
    expect(object.metadata).toEqual({
      name: 'a',
      namespace: 'default',
      creationTimestamp: '2026-01-31T12:00:00Z',
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y' }],
    });
    expect(object).not.toHaveProperty('status');
  });

  it.each([
    [null, 'notAnObject'],
    ['text', 'notAnObject'],
    [[], 'notAnObject'],
    [{ kind: 'Gateway' }, 'required'],
    [{ apiVersion: 'v1', kind: 3 }, 'type'],
  ])('that is none is a fault: %j', (raw, rule) => {
    expect(ingest(raw)).toMatchObject({
      ref: undefined,
      object: undefined,
      faults: [{ rule, severity: 'error' }],
    });
  });

  it('without a spec that it needs says so', () => {
    expect(
      errorsOf('{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: a}}'),
    ).toEqual(['spec: is required']);
  });

  it('is never changed, and never makes it throw, whatever is in it', () => {
    const spec: unknown = parse(routeWithRule('backendRefs: [{name: a, port: 80}]'));
    const places = [
      'metadata',
      'spec',
      'spec.rules',
      'spec.rules.0',
      'spec.rules.0.backendRefs',
      'spec.rules.0.backendRefs.0.port',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, value) => {
        const raw = replaced(spec, place.split('.'), value);
        const before = JSON.stringify(raw);
        const { object, faults } = ingest(raw);
        expect(JSON.stringify(raw)).toBe(before);
        expect(object === undefined).toBe(faults.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 300 },
    );
  });
});

/** A copy of JSON data with another value at a path. */
function replaced(data: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(data))
    return data.map((entry: unknown, index) =>
      String(index) === step ? replaced(entry, rest, value) : entry,
    );
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, inner]: [string, unknown]) => [
      name,
      name === step ? replaced(inner, rest, value) : inner,
    ]),
  );
}
