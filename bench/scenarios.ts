import { documents, service } from '../e2e/harness/yaml.js';

/** A table to be measured: many routes of which one is edited. */
export interface Scenario {
  readonly name: string;
  readonly routes: number;
  /** `many`: a host for each route; `one`: all routes are paths of one host. */
  readonly hosts: 'many' | 'one';
  /** `lean`: path, backend. `rich`: three rules, each with a header match, two weighted backends, a header added, a rewrite and a timeout. */
  readonly shape: 'lean' | 'rich';
  /** A file for each route, or all in one file. */
  readonly files: 'many' | 'one';
}

export const SCENARIOS: readonly Scenario[] = [
  { name: '1 route', routes: 1, hosts: 'many', shape: 'lean', files: 'many' },
  { name: '300 routes', routes: 300, hosts: 'many', shape: 'lean', files: 'many' },
  { name: '3,000 routes', routes: 3000, hosts: 'many', shape: 'lean', files: 'many' },
  { name: '3,000 routes, one host', routes: 3000, hosts: 'one', shape: 'lean', files: 'many' },
  { name: '3,000 routes, one file', routes: 3000, hosts: 'many', shape: 'lean', files: 'one' },
  { name: '3,000 rich routes', routes: 3000, hosts: 'many', shape: 'rich', files: 'many' },
  { name: '10,000 routes', routes: 10_000, hosts: 'many', shape: 'lean', files: 'many' },
];

/** The edited route sends everything to the backend of this name. */
export type Side = 'a' | 'b';

/** Side of the edited route, then of the churned one. */
export type TableState = `${Side}${Side}`;

export function otherSide(side: Side): Side {
  return side === 'a' ? 'b' : 'a';
}

export interface World {
  /** Files that stay as they are, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** The file that is edited, as it is on each side. */
  readonly edited: {
    readonly name: string;
    /** Name of the route in it that is edited. */
    readonly route: string;
    readonly text: Readonly<Record<Side, string>>;
  };
  /** The file of another route, as it is on each side; undefined where there is none with a file of its own. */
  readonly churned: { readonly name: string; readonly text: Readonly<Record<Side, string>> } | undefined;
  /** A request that meets the edited route. */
  readonly request: {
    readonly host: string;
    readonly path: string;
    readonly headers: readonly (readonly [string, string])[];
  };
}

/** The YAML of a scenario: one Gateway on `port` of 127.0.0.1 and two Services. The last route is the edited one. */
export function worldOf(
  scenario: Scenario,
  port: number,
  backends: Readonly<Record<Side, { readonly port: number }>>,
): World {
  const last = scenario.routes - 1;
  const others = Array.from({ length: last }, (_, i) => routeYaml(scenario, i, i % 2 === 0 ? 'a' : 'b'));
  const common = documents(gateway(port), service('a', backends.a.port), service('b', backends.b.port));
  const together = scenario.files === 'one';
  const text = (side: Side): string =>
    documents(...(together ? others : []), routeYaml(scenario, last, side));
  return {
    files: {
      'common.yaml': common,
      ...(!together && Object.fromEntries(others.map((yaml, i) => [`route-${i}.yaml`, `${yaml.trim()}\n`]))),
    },
    edited: { name: `route-${last}.yaml`, route: `r${last}`, text: { a: text('a'), b: text('b') } },
    churned: together || last === 0 ? undefined : { name: 'route-0.yaml', text: churnedText(scenario) },
    request: {
      host: hostOf(scenario, last),
      path: `/r${last}/`,
      headers: scenario.shape === 'rich' ? [['x-rule', '2']] : [],
    },
  };
}

/** The Gateway's name, as `namespace/name`. */
export const FLEET = 'default/bench';

function gateway(port: number): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: bench }
spec:
  gatewayClassName: windlass
  addresses: [{ value: 127.0.0.1 }]
  listeners: [{ name: http, port: ${port}, protocol: HTTP }]
`;
}

function hostOf({ hosts }: Scenario, i: number): string {
  return hosts === 'one' ? 'shop.example.com' : `h${i}.example.com`;
}

function routeYaml(scenario: Scenario, i: number, side: Side, edited = i === scenario.routes - 1): string {
  const rules =
    scenario.shape === 'lean'
      ? leanRule(i, side, edited)
      : [0, 1, 2].map((rule) => richRule(i, rule, side)).join('');
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: r${i} }
spec:
  parentRefs: [{ name: bench }]
  hostnames: [${hostOf(scenario, i)}]
  rules:${rules}`;
}

/** Names both backends on either side, as the edited route does. */
function churnedText(scenario: Scenario): Readonly<Record<Side, string>> {
  const on = (side: Side): string => `${routeYaml(scenario, 0, side, true).trim()}\n`;
  return { a: on('a'), b: on('b') };
}

function leanRule(i: number, side: Side, edited: boolean): string {
  const backends = edited ? weighted(side) : `{ name: ${side}, port: 80 }`;
  return `
    - matches: [{ path: { type: PathPrefix, value: /r${i} } }]
      backendRefs: [${backends}]
`;
}

/** Names both backends on either side, so that an edit changes a weight and no cluster comes or goes. */
function weighted(side: Side): string {
  return (['a', 'b'] as const)
    .map((name) => `{ name: ${name}, port: 80, weight: ${name === side ? 100 : 0} }`)
    .join(', ');
}

function richRule(i: number, rule: number, side: Side): string {
  return `
    - matches:
        - path: { type: PathPrefix, value: /r${i} }
          headers: [{ name: x-rule, value: '${rule}' }]
      filters:
        - type: RequestHeaderModifier
          requestHeaderModifier: { add: [{ name: x-route, value: r${i}-${rule} }] }
        - type: URLRewrite
          urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /v2 } }
      timeouts: { request: 10s }
      backendRefs: [${weighted(side)}]
`;
}
