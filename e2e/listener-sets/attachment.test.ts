import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone, type Condition } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { http, listenerSet, ofSet, openGateway, routeTo } from './objects.js';

// Machines are busy.
jest.setTimeout(60_000);

// Whom a Gateway lets bring listeners, whom these listeners let attach, and what a route says of each of its parents: allowedListeners, allowedRoutes and
// RouteParentStatus of the API.

const PORT = 8080;
const NAMESPACES = ['default', 'red', 'blue'] as const;
type Namespace = (typeof NAMESPACES)[number];

/** Gateways by `allowedListeners.namespaces`, and whose sets they let in. */
const GATEWAYS = {
  unset: [undefined, []],
  none: ['{ from: None }', []],
  same: ['{ from: Same }', ['default']],
  selector: ['{ from: Selector, selector: { matchLabels: { team: red } } }', ['red']],
  all: ['{ from: All }', NAMESPACES],
} as const satisfies Readonly<
  Record<string, readonly [from: string | undefined, allowed: readonly Namespace[]]>
>;
const NAMES = Object.keys(GATEWAYS) as (keyof typeof GATEWAYS)[];

/** Listeners of set `rules` in `red`, and whose routes they take. */
const LISTENERS = {
  unsaid: ['', ['red']],
  same: ['namespaces: { from: Same }', ['red']],
  all: ['namespaces: { from: All }', NAMESPACES],
  selector: ['namespaces: { from: Selector, selector: { matchLabels: { team: blue } } }', ['blue']],
} as const satisfies Readonly<Record<string, readonly [allowedRoutes: string, taken: readonly Namespace[]]>>;
const SECTIONS = Object.keys(LISTENERS) as (keyof typeof LISTENERS)[];

let windlass: Standalone;
let backend: Backend;

const taking = (name: string, hostname: string, allowedRoutes: string): string =>
  http(name, PORT, hostname).replace(
    ' }',
    `${allowedRoutes === '' ? '' : `, allowedRoutes: { ${allowedRoutes} }`} }`,
  );

/** A route with its own path to Service `app` of its namespace. */
const route = (namespace: Namespace, name: string, ...parents: readonly string[]): string =>
  routeTo(`${namespace}/${name}`, parents.join(', '), 'app').replace(
    'rules: [{ ',
    `rules: [{ matches: [{ path: { value: /${name} } }], `,
  );

const dualSet = listenerSet('red/dual', 'dual', '01', http('web', PORT, 'set.test'));
const dualGateway = (from: string, allowedRoutes: string): string =>
  openGateway('dual', from, taking('web', 'gateway.test', allowedRoutes));

beforeAll(async () => {
  backend = await startBackend('app');
  const gateways = NAMES.map((name) => {
    const [from] = GATEWAYS[name];
    return from === undefined ? gateway(name, PORT) : openGateway(name, from, http('own', PORT, 'own.test'));
  });
  const sets = NAMES.flatMap((name) =>
    NAMESPACES.flatMap((namespace) => [
      listenerSet(`${namespace}/${name}-${namespace}`, name, '01', http('web', PORT, `${namespace}.test`)),
      route(namespace, `${name}-${namespace}`, ofSet(`${name}-${namespace}`)),
    ]),
  );
  windlass = new Standalone({
    'gateways.yaml': documents(
      ...gateways,
      ...(['red', 'blue'] as const).map(
        (name) => `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { team: ${name} } }
`,
      ),
      ...NAMESPACES.map((namespace) => service('app', backend.port, namespace)),
    ),
    'sets.yaml': documents(...sets),
    'rules.yaml': documents(
      openGateway('rules', '{ from: All }', http('own', PORT, 'own.test')),
      listenerSet(
        'red/rules',
        'rules',
        '01',
        ...SECTIONS.map((name) => taking(name, `${name}.test`, LISTENERS[name][0])),
        taking('kinds', 'kinds.test', 'kinds: [{ kind: TCPRoute }, { kind: HTTPRoute }]'),
        taking('calls', 'calls.test', 'kinds: [{ kind: GRPCRoute }]'),
        taking('strange', 'strange.test', 'kinds: [{ kind: TCPRoute }, { kind: Strange, group: x.test }]'),
      ),
      ...SECTIONS.flatMap((section) =>
        NAMESPACES.map((namespace) =>
          route(
            namespace,
            `${section}-of-${namespace}`,
            `{ kind: ListenerSet, name: rules, namespace: red, sectionName: ${section} }`,
          ),
        ),
      ),
      ...['kinds', 'calls', 'strange'].map((section) => route('red', section, ofSet('rules', section))),
    ),
    'dual.yaml': documents(dualGateway('{ from: All }', 'namespaces: { from: All }'), dualSet),
    'dual-routes.yaml': documents(
      route('red', 'dual', '{ name: dual, namespace: default }', ofSet('dual')),
      route('red', 'only-set', ofSet('dual')),
      route('red', 'only-gateway', '{ name: dual, namespace: default }'),
    ),
  });
  await windlass.start();
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

function reasonOf(conditions: readonly Condition[] | undefined, wanted: string): string {
  const found = conditions?.find(({ type }) => type === wanted);
  return `${found?.status ?? ''} ${found?.reason ?? ''}`;
}

/** Accepted of each parent, by its kind. */
async function parentsOf(name: string): Promise<Readonly<Record<string, string>>> {
  const parents = (await windlass.status('HTTPRoute', name))?.parents ?? [];
  return Object.fromEntries(
    parents.map(({ parentRef, conditions }) => [
      parentRef.kind ?? 'Gateway',
      reasonOf(conditions, 'Accepted'),
    ]),
  );
}

async function answers(gatewayName: string, host: string, path: string, wanted: number): Promise<void> {
  const address = await windlass.address(gatewayName);
  await until(`${host}${path} of ${gatewayName} to answer ${wanted}`, async () => {
    const { status } = await ask({ address, port: PORT, host, path });
    if (status !== wanted) throw new Error(String(status));
    return true;
  });
}

describe.each(NAMES)('a Gateway whose allowedListeners are %s', (name) => {
  const allowed: readonly Namespace[] = GATEWAYS[name][1];

  it.each(NAMESPACES)(
    'lets a ListenerSet of %s in and serves it, or tells it that it does not',
    async (namespace) => {
      const isAllowed = allowed.includes(namespace);
      const status = await windlass.status('ListenerSet', `${name}-${namespace}`);
      expect(reasonOf(status?.conditions, 'Accepted')).toBe(isAllowed ? 'True Accepted' : 'False NotAllowed');
      if (!isAllowed) expect(reasonOf(status?.conditions, 'Programmed')).toMatch(/^False /);
      await answers(name, `${namespace}.test`, `/${name}-${namespace}`, isAllowed ? 200 : 404);
    },
  );

  it('counts the ListenerSets that it lets in, and no others', async () => {
    const status = await windlass.status('Gateway', name);
    expect(status?.attachedListenerSets ?? 0).toBe(allowed.length);
  });
});

describe('a listener of a ListenerSet', () => {
  it.each(SECTIONS)('takes routes of namespaces as seen from its set: %s', async (section) => {
    const taken: readonly Namespace[] = LISTENERS[section][1];
    for (const namespace of NAMESPACES) {
      const isTaken = taken.includes(namespace);
      const name = `${section}-of-${namespace}`;
      expect(await parentsOf(name)).toEqual({
        ListenerSet: isTaken ? 'True Accepted' : 'False NotAllowedByListeners',
      });
      await answers('rules', `${section}.test`, `/${name}`, isTaken ? 200 : 404);
    }
    const listeners = (await windlass.status('ListenerSet', 'rules'))?.listeners ?? [];
    expect(listeners.find((each) => each.name === section)?.attachedRoutes).toBe(taken.length);
  });

  it.each([
    ['kinds', ['HTTPRoute'], 'False InvalidRouteKinds', 'True Accepted'],
    ['calls', ['GRPCRoute'], 'True ResolvedRefs', 'False NotAllowedByListeners'],
    ['strange', [], 'False InvalidRouteKinds', 'False NotAllowedByListeners'],
  ])('tells the kinds that it takes: %s are %j', async (section, kinds, resolved, accepted) => {
    const listeners = (await windlass.status('ListenerSet', 'rules'))?.listeners ?? [];
    const status = listeners.find((each) => each.name === section);
    expect(status?.supportedKinds.map(({ kind }) => kind)).toEqual(kinds);
    expect(reasonOf(status?.conditions, 'ResolvedRefs')).toBe(resolved);
    expect(await parentsOf(section)).toEqual({ ListenerSet: accepted });
    await answers('rules', `${section}.test`, `/${section}`, accepted === 'True Accepted' ? 200 : 404);
  });
});

describe('a route whose parents are a Gateway and a ListenerSet of it', () => {
  const both = { Gateway: 'True Accepted', ListenerSet: 'True Accepted' };
  const becomes = async (name: string, wanted: Readonly<Record<string, string>>): Promise<void> => {
    await until(`${name} to say ${JSON.stringify(wanted)}`, async () => {
      const seen = await parentsOf(name);
      if (JSON.stringify(seen) !== JSON.stringify(wanted)) throw new Error(JSON.stringify(seen));
      return true;
    });
  };

  it('says of each what became of it, whatever becomes of the other', async () => {
    await becomes('dual', both);
    await answers('dual', 'gateway.test', '/dual', 200);
    await answers('dual', 'set.test', '/dual', 200);

    windlass.write(
      'dual.yaml',
      documents(dualGateway('{ from: Same }', 'namespaces: { from: All }'), dualSet),
    );
    await becomes('dual', { ...both, ListenerSet: 'False NoMatchingParent' });
    await answers('dual', 'gateway.test', '/dual', 200);
    await answers('dual', 'set.test', '/dual', 404);

    windlass.write(
      'dual.yaml',
      documents(dualGateway('{ from: All }', 'namespaces: { from: Same }'), dualSet),
    );
    await becomes('dual', { ...both, Gateway: 'False NotAllowedByListeners' });
    await answers('dual', 'gateway.test', '/dual', 404);
    await answers('dual', 'set.test', '/dual', 200);

    windlass.write(
      'dual.yaml',
      documents(dualGateway('{ from: All }', 'namespaces: { from: All }'), dualSet),
    );
    await becomes('dual', both);
  });

  it('is served and told about by the parents that it names alone', async () => {
    await becomes('only-set', { ListenerSet: 'True Accepted' });
    await becomes('only-gateway', { Gateway: 'True Accepted' });
    await answers('dual', 'set.test', '/only-set', 200);
    await answers('dual', 'gateway.test', '/only-set', 404);
    await answers('dual', 'gateway.test', '/only-gateway', 200);
    await answers('dual', 'set.test', '/only-gateway', 404);
    const counts = async (kind: string) =>
      (await windlass.status(kind, 'dual'))?.listeners?.map(({ attachedRoutes }) => attachedRoutes);
    await until('the counts', async () =>
      JSON.stringify([await counts('Gateway'), await counts('ListenerSet')]) === '[[2],[2]]'
        ? true
        : undefined,
    );
  }, 60_000);
});
