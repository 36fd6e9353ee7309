import { GATEWAY_API, object, repeat, type BadInput } from './bad-input.js';

const TO_GOOD = 'backendRefs: [{ name: good, port: 80 }]';

/** @param rules YAML flow mappings, one to a line */
export const httpRoute =
  (rules: string, parent = '{ name: gw }') =>
  (name: string, host: string): string =>
    object(
      GATEWAY_API,
      'HTTPRoute',
      name,
      `spec:\n  parentRefs: [${parent}]\n  hostnames: [${host}]\n  rules:\n${rules}`,
    );

const rule = (text: string): BadInput['yaml'] => httpRoute(`  - { ${text} }`);
const matching = (match: string): BadInput['yaml'] => rule(`matches: [${match}], ${TO_GOOD}`);
const filtered = (filter: string): BadInput['yaml'] => rule(`filters: [${filter}], ${TO_GOOD}`);
const regex = (value: string): BadInput['yaml'] =>
  matching(`{ path: { type: RegularExpression, value: "${value}" } }`);

const hex = (i: number): string => i.toString(16);

const UNSUPPORTED = { says: ['HTTPRoute Accepted False UnsupportedValue'], meets: '500' };
const backend = (reason: string): BadInput['expected'] => ({
  says: ['HTTPRoute Accepted True Accepted', `HTTPRoute ResolvedRefs False ${reason}`],
  meets: '500',
});

export const HTTP_ROUTES: readonly BadInput[] = [
  {
    is: 'to a Service that is missing',
    yaml: rule('backendRefs: [{ name: none, port: 80 }]'),
    expected: backend('BackendNotFound'),
  },
  {
    is: 'to a port that is missing',
    yaml: rule('backendRefs: [{ name: good, port: 81 }]'),
    expected: backend('BackendNotFound'),
  },
  {
    is: 'to a backend of an unknown kind',
    yaml: rule('backendRefs: [{ group: x.test, kind: Odd, name: a, port: 80 }]'),
    expected: backend('InvalidKind'),
  },
  {
    is: 'to a namespace that does not grant it',
    yaml: rule('backendRefs: [{ name: none, namespace: far, port: 80 }]'),
    expected: backend('RefNotPermitted'),
  },
  {
    is: 'that mirrors to a Service that is missing, and serves',
    yaml: filtered('{ type: RequestMirror, requestMirror: { backendRef: { name: none, port: 80 } } }'),
    expected: {
      says: ['HTTPRoute Accepted True Accepted', 'HTTPRoute ResolvedRefs False BackendNotFound'],
      meets: 'default/good:80',
    },
  },
  {
    is: 'without a backend',
    yaml: rule('matches: [{ path: { value: / } }]'),
    expected: { says: ['HTTPRoute Accepted True Accepted'], meets: '500' },
  },
  {
    is: 'whose only backend has no weight',
    yaml: rule('backendRefs: [{ name: good, port: 80, weight: 0 }]'),
    expected: { says: ['HTTPRoute Accepted True Accepted'], meets: '500' },
  },
  { is: 'with an expression that is none', yaml: regex('/re(gex'), expected: UNSUPPORTED },
  { is: 'with an expression that RE2 does not know', yaml: regex('/(?=x)'), expected: UNSUPPORTED },
  { is: 'with an expression that is too large', yaml: regex('/(a{1000}){1000}'), expected: UNSUPPORTED },
  {
    is: 'with a bad expression for a header',
    yaml: matching('{ headers: [{ type: RegularExpression, name: a, value: "[" }] }'),
    expected: { says: UNSUPPORTED.says },
  },
  {
    is: 'with a bad expression for a query parameter',
    yaml: matching('{ queryParams: [{ type: RegularExpression, name: a, value: "*" }] }'),
    expected: { says: UNSUPPORTED.says },
  },
  {
    is: 'with a filter of somebody else',
    yaml: filtered('{ type: ExtensionRef, extensionRef: { group: x.test, kind: Odd, name: a } }'),
    expected: UNSUPPORTED,
  },
  {
    is: 'for a listener that is missing',
    yaml: httpRoute(`  - { ${TO_GOOD} }`, '{ name: gw, sectionName: none }'),
    expected: { says: ['HTTPRoute Accepted False NoMatchingParent'], meets: '404' },
  },
  {
    is: 'for a listener of other hosts',
    yaml: httpRoute(`  - { ${TO_GOOD} }`, '{ name: gw, sectionName: narrow }'),
    expected: { says: ['HTTPRoute Accepted False NoMatchingListenerHostname'], meets: '404' },
  },
  {
    is: 'of a namespace that the listener does not let in',
    yaml: (name, host) =>
      httpRoute(`  - { ${TO_GOOD} }`, '{ name: gw, namespace: default }')(name, host).replace(
        'namespace: default }\nspec',
        'namespace: far }\nspec',
      ),
    expected: { says: ['HTTPRoute Accepted False NotAllowedByListeners'], meets: '404' },
  },
  {
    is: 'with 16 rules of 8 matches, which is as many as there may be',
    yaml: httpRoute(
      repeat(16, (i) => {
        const matches = Array.from({ length: 8 }, (_, j) => `{ path: { value: /p${i}/${j} } }`);
        return `  - { matches: [${matches.join(', ')}], ${TO_GOOD} }`;
      }),
    ),
    expected: { says: ['HTTPRoute Accepted True Accepted'], meets: '404' },
  },
  {
    is: 'with texts as long and lists as large as there may be',
    yaml: httpRoute(
      repeat(8, (i) => {
        const headers = Array.from(
          { length: 16 },
          (_, j) => `{ name: ${'n'.repeat(253)}-${hex(j)}, value: "${'%'.repeat(4096)}" }`,
        );
        const parameters = Array.from(
          { length: 16 },
          (_, j) => `{ name: q${hex(j)}, value: ${'v'.repeat(1024)} }`,
        );
        const match = `{ path: { value: /${hex(i)}${'p'.repeat(1022)} }, headers: [${headers.join(', ')}], queryParams: [${parameters.join(', ')}] }`;
        const set = `{ type: RequestHeaderModifier, requestHeaderModifier: { set: [${headers.join(', ')}] } }`;
        const backends = Array.from({ length: 16 }, () => '{ name: good, port: 80, weight: 1000000 }');
        return `  - { matches: [${match}], filters: [${set}], backendRefs: [${backends.join(', ')}] }`;
      }),
    ),
    expected: {
      says: ['HTTPRoute Accepted True Accepted', 'HTTPRoute ResolvedRefs True ResolvedRefs'],
      meets: '404',
    },
  },
  {
    is: 'with a path that is too long',
    yaml: matching(`{ path: { value: /${'p'.repeat(1024)} } }`),
    expected: { refused: 'spec.rules[0].matches[0].path.value' },
  },
  {
    is: 'with a header value that is too long',
    yaml: matching(`{ headers: [{ name: a, value: ${'v'.repeat(4097)} }] }`),
    expected: { refused: 'spec.rules[0].matches[0].headers[0].value' },
  },
  {
    is: 'with 17 backends',
    yaml: rule(`backendRefs: [${Array.from({ length: 17 }, () => '{ name: good, port: 80 }').join(', ')}]`),
    expected: { refused: 'spec.rules[0].backendRefs' },
  },
  {
    is: 'for 16 hosts whose names are as long as there may be',
    yaml: (name) =>
      httpRoute(`  - { ${TO_GOOD} }`)(
        name,
        Array.from(
          { length: 16 },
          (_, i) => `${`${'h'.repeat(61)}${hex(i)}.`.repeat(4).slice(0, 248)}.test`,
        ).join(', '),
      ),
    expected: { says: ['HTTPRoute Accepted True Accepted'] },
  },
  {
    is: 'with 17 rules',
    yaml: httpRoute(repeat(17, () => `  - { ${TO_GOOD} }`)),
    expected: { refused: 'spec.rules' },
  },
  {
    is: 'with two rules of one name',
    yaml: httpRoute(repeat(2, () => `  - { name: same, ${TO_GOOD} }`)),
    expected: { refused: 'Rule name must be unique within the route' },
  },
  {
    is: 'with a bad percent escape',
    yaml: matching('{ path: { type: PathPrefix, value: "/%zz" } }'),
    expected: { refused: 'spec.rules[0].matches[0].path' },
  },
  {
    is: 'with a header whose name is none',
    yaml: matching('{ headers: [{ name: "a b", value: c }] }'),
    expected: { refused: 'spec.rules[0].matches[0].headers[0].name' },
  },
  {
    is: 'that both redirects and forwards',
    yaml: filtered('{ type: RequestRedirect, requestRedirect: { hostname: x.test } }'),
    expected: { refused: 'RequestRedirect' },
  },
  {
    is: 'with a backend timeout beyond its own',
    yaml: rule(`timeouts: { request: 1s, backendRequest: 2s }, ${TO_GOOD}`),
    expected: { refused: 'backendRequest' },
  },
];
