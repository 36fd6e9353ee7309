import { describe, expect, it } from '@jest/globals';
import { parse } from '@bufbuild/cel';
import { loadSchema, schemaKinds } from '../schema/load.js';
import type { SchemaNode, ValidationRule } from '../schema/schema.js';
import { errorsOf, gatewayWith, objectOf, routeWithRule } from '../testing/faults.js';
import { environment } from './environment.js';
import { programOf } from './program.js';

function rulesOf(node: SchemaNode): readonly ValidationRule[] {
  const below = [...node.properties.values(), node.values, node.items].filter((child) => child !== undefined);
  return [...(node.schema['x-kubernetes-validations'] ?? []), ...below.flatMap(rulesOf)];
}

/** Names of the functions that a parsed expression calls; operators have names like `_&&_` and are left out. */
function functionsOf(rule: string): readonly string[] {
  const names: string[] = [];
  JSON.stringify(parse(rule).expr, (key, value: unknown) => {
    if (key === 'function' && typeof value === 'string' && /^[a-z]\w*$/i.test(value)) names.push(value);
    return typeof value === 'bigint' ? String(value) : value;
  });
  return names;
}

describe('the CEL rules of Gateway API', () => {
  const kinds = schemaKinds().filter(({ group }) => group.startsWith('gateway.networking.'));
  const cases = kinds.flatMap(({ kind, versions }) =>
    Object.entries(versions).map(([version, file]) => ({ kind, version, file })),
  );

  it.each(cases)('all compile for $kind $version', ({ file }) => {
    for (const rule of rulesOf(loadSchema(file))) expect(() => programOf(rule)).not.toThrow();
  });

  it('call only functions that are there', () => {
    const known = new Set([...environment.funcs].map(({ name }) => name.slice(name.lastIndexOf('.') + 1)));
    const called = new Set(
      cases.flatMap(({ file }) => rulesOf(loadSchema(file)).flatMap(({ rule }) => functionsOf(rule))),
    );
    expect([...called].filter((name) => !known.has(name))).toEqual([]);
    expect(called).toContain('isIP');
    expect(called).toContain('validate');
  });
});

/** What is written, and the one complaint about it; undefined where it is right. */
type Case = readonly [title: string, yaml: string, error: string | undefined];

function each(cases: readonly Case[]): void {
  it.each(cases)('%s', (_title, yaml, error) => {
    const errors = errorsOf(yaml);
    if (error === undefined) expect(errors).toEqual([]);
    else expect(errors).toEqual([expect.stringContaining(error)]);
  });
}

describe('a filter of an HTTPRoute', () => {
  each([
    [
      'may carry the field of its type',
      routeWithRule('filters: [{type: URLRewrite, urlRewrite: {hostname: a.b}}]'),
      undefined,
    ],
    [
      'must carry it',
      routeWithRule('filters: [{type: URLRewrite}]'),
      'spec.rules[0].filters[0]: filter.urlRewrite must be specified',
    ],
    [
      'must not carry another',
      routeWithRule('filters: [{type: URLRewrite, urlRewrite: {hostname: a.b}, cors: {}}]'),
      'spec.rules[0].filters[0]: filter.cors must be nil',
    ],
    [
      'must not redirect and rewrite in one rule',
      routeWithRule(
        'filters: [{type: URLRewrite, urlRewrite: {hostname: a.b}}, {type: RequestRedirect, requestRedirect: {port: 80}}]',
      ),
      'spec.rules[0].filters: May specify either',
    ],
    [
      'must not be repeated',
      routeWithRule('filters: [{type: CORS, cors: {}}, {type: CORS, cors: {}}]'),
      'spec.rules[0].filters: CORS filter cannot be repeated',
    ],
    [
      'must not redirect what has backends',
      routeWithRule(
        'filters: [{type: RequestRedirect, requestRedirect: {port: 80}}]\nbackendRefs: [{name: a, port: 80}]',
      ),
      'spec.rules[0]: RequestRedirect filter must not be used together with backendRefs',
    ],
    [
      'may replace a prefix when there is one prefix match',
      routeWithRule(
        'matches: [{path: {type: PathPrefix, value: /a}}]\nfilters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]',
      ),
      undefined,
    ],
    [
      'must not replace a prefix of an exact match',
      routeWithRule(
        'matches: [{path: {type: Exact, value: /a}}]\nfilters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]',
      ),
      'replacePrefixMatch',
    ],
    [
      'must not mirror by percent and by fraction at once',
      routeWithRule(
        'filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, percent: 1, fraction: {numerator: 1}}}]',
      ),
      'Only one of percent or fraction',
    ],
    [
      'must not allow every header and one',
      routeWithRule("filters: [{type: CORS, cors: {allowHeaders: ['*', 'x-a']}}]"),
      'cors.allowHeaders',
    ],
  ]);
});

describe('a rule of an HTTPRoute', () => {
  const path = (value: string): string =>
    routeWithRule(`matches: [{path: {type: PathPrefix, value: "${value}"}}]`);
  const matches = (count: number): string =>
    `  - matches: [${Array.from({ length: count }, () => '{method: GET}').join(', ')}]\n`;
  each([
    ['may match a path with escapes', path('/a/b%20c/~d'), undefined],
    ['must not match a path without leading slash', path('a'), "must be an absolute path and start with '/'"],
    ['must not match a path with an empty segment', path('/a//b'), "must not contain '//'"],
    ['must not match a path that goes up', path('/a/../b'), "must not contain '/../'"],
    ['must not match a path with an escaped slash', path('/a%2fb'), "must not contain '%2f'"],
    [
      'may match 128 times',
      objectOf('HTTPRoute', `spec:\n  rules:\n${matches(64)}${matches(64)}`),
      undefined,
    ],
    [
      'must not match more often',
      objectOf('HTTPRoute', `spec:\n  rules:\n${matches(64)}${matches(64)}${matches(1)}`),
      'spec.rules: While 16 rules and 64 matches per rule are allowed',
    ],
    [
      'must name the port of a Service',
      routeWithRule('backendRefs: [{name: a}]'),
      'backendRefs[0]: Must have port for Service',
    ],
    [
      'must not name the port of an XBackend',
      routeWithRule('backendRefs: [{group: gateway.networking.x-k8s.io, kind: XBackend, name: a, port: 80}]'),
      'backendRefs[0]',
    ],
    [
      'must have a name of its own',
      objectOf('HTTPRoute', 'spec:\n  rules:\n  - {name: a}\n  - {name: a}\n'),
      'spec.rules: Rule name must be unique within the route',
    ],
    [
      'may have a backend time-out below that of the request',
      routeWithRule('timeouts: {request: 10s, backendRequest: 2s}'),
      undefined,
    ],
    [
      'may have a backend time-out when that of the request is off',
      routeWithRule('timeouts: {request: 0s, backendRequest: 2s}'),
      undefined,
    ],
    [
      'must not have one above it',
      routeWithRule('timeouts: {request: 900ms, backendRequest: 1s}'),
      'backendRequest timeout cannot be longer than request timeout',
    ],
    [
      'must say how long a permanent session lasts',
      routeWithRule('sessionPersistence: {cookie: {lifetimeType: Permanent}}'),
      'AbsoluteTimeout must be specified',
    ],
  ]);
});

describe('a parentRef', () => {
  const refs = (list: string): string => objectOf('HTTPRoute', `spec: {parentRefs: ${list}}`);
  each([
    ['may name several listeners', refs('[{name: a, sectionName: x}, {name: a, sectionName: y}]'), undefined],
    [
      'must not repeat another',
      refs('[{name: a, namespace: b}, {name: a, namespace: b}]'),
      'spec.parentRefs: ',
    ],
    [
      'must name a listener if another of its Gateway does',
      refs('[{name: a, sectionName: x}, {name: a}]'),
      'spec.parentRefs: ',
    ],
  ]);
});

describe('a listener', () => {
  each([
    [
      'may share a port under another hostname',
      gatewayWith(
        '{name: a, port: 80, protocol: HTTP}',
        '{name: b, port: 80, protocol: HTTP, hostname: a.b}',
      ),
      undefined,
    ],
    [
      'must not repeat port, protocol and hostname',
      gatewayWith('{name: a, port: 80, protocol: HTTP}', '{name: b, port: 80, protocol: HTTP}'),
      'spec.listeners: Combination of port, protocol and hostname must be unique',
    ],
    [
      'must not have tls with protocol HTTP',
      gatewayWith('{name: a, port: 80, protocol: HTTP, tls: {certificateRefs: [{name: c}]}}'),
      'spec.listeners: tls must not be specified',
    ],
    [
      'must terminate TLS with protocol HTTPS',
      gatewayWith('{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}'),
      'tls mode must be Terminate',
    ],
    [
      'must name a certificate to terminate TLS',
      gatewayWith('{name: a, port: 443, protocol: HTTPS, tls: {}}'),
      'spec.listeners[0].tls: ',
    ],
    [
      'must not have a hostname with protocol TCP',
      gatewayWith('{name: a, port: 1, protocol: TCP, hostname: a.b}'),
      'spec.listeners: hostname must not be specified',
    ],
  ]);
});

describe('further kinds of Gateway API', () => {
  const tlsRoute = (host: string): string =>
    objectOf('TLSRoute', `spec: {hostnames: ["${host}"], rules: [{backendRefs: [{name: a, port: 443}]}]}`);
  const xBackend = (label: string): string =>
    objectOf(
      'XBackend',
      `spec: {type: EndpointSelector, port: {number: 80}, protocol: HTTP, endpointSelector: {matchLabels: {"${label}": a}}}`,
    );
  each([
    ['a TLSRoute may have a hostname', tlsRoute('a.example.com'), undefined],
    [
      'a TLSRoute must not have an address for a hostname',
      tlsRoute('192.0.2.1'),
      'spec.hostnames: Hostnames cannot contain an IP',
    ],
    ['an XBackend may select by label', xBackend('example.com/app'), undefined],
    ['an XBackend must select by a proper label key', xBackend('a b'), 'spec.endpointSelector.matchLabels: '],
    [
      'a BackendTLSPolicy must say whom to trust',
      objectOf(
        'BackendTLSPolicy',
        'spec: {targetRefs: [{group: "", kind: Service, name: a}], validation: {hostname: a.b}}',
      ),
      'spec.validation: exactly one of the fields in [caCertificateRefs wellKnownCACertificates]',
    ],
  ]);
});
