// Tables of which each follows the one before it as far as a client was served that: rules and listeners that come to ask, or ask others, while some of the
// clusters that they name are not ready. A failure prints the seed and the shortest sequence; WINDLASS_SEED tries another one, WINDLASS_RUNS more of them.
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { memoByIdentity } from '../collections/index.js';
import type { ArrivedRequest } from '../routing/evaluate/request-match.js';
import { NO_FILTERS, type ListenerFilters, type MatchModel, type RuleEntry } from '../routing/index.js';
import { scoreOf } from '../routing/precedence.js';
import { buildResource, buildSnapshot, buildWhole, type Resource, type Section } from '../xds/index.js';
import { offerOf } from '../xds/offer.js';
import { permittedResource } from '../xds/permits.js';
import { DEFAULT_ROLLOUT } from '../xds/rollout.js';
import { newStreamState } from '../xds/stream-state.js';
import { answersOf, hostOf, takenBy, type Answer } from './testing/answers.js';
import { auth, cluster, forward, path, rule, share, virtualHost } from './testing/fleets.js';
import { virtualHostSection } from './virtual-host.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
const numRuns = Number(process.env['WINDLASS_RUNS'] ?? 400);

const PATHS: readonly (readonly [MatchModel['path']['kind'], string])[] = [
  ['prefix', '/'],
  ['prefix', '/a'],
  ['prefix', '/a/b'],
  ['exact', '/a'],
  ['exact', '/a/b'],
  ['regex', '/a/.*'],
];
const METHODS = [undefined, 'GET', 'PUT'];
const VALUES = [undefined, '1', '2'];

const named = (name: string, value: string | undefined): MatchModel['headers'] =>
  value === undefined ? [] : [{ name, value: { kind: 'exact', value } }];

const MATCHES: readonly MatchModel[] = PATHS.flatMap(([kind, value]) =>
  METHODS.flatMap((method) =>
    VALUES.flatMap((header) =>
      VALUES.map((parameter) =>
        path(kind, value, { method, headers: named('x', header), queryParams: named('q', parameter) }),
      ),
    ),
  ),
);

/** Headers and parameters are given not at all, once or twice. */
const REQUESTS: readonly ArrivedRequest[] = ['/', '/a', '/a/b', '/a/c', '/a/b/c', '/z'].flatMap((at) =>
  ['GET', 'PUT', 'POST'].flatMap((method) =>
    [[], ['1'], ['2'], ['1', '2']].flatMap((header) =>
      [undefined, 'q=1', 'q=2', 'q=1&q=2'].map((query) => ({
        path: at,
        query,
        method,
        headers: new Map(header.length === 0 ? [] : [['x', header]]),
      })),
    ),
  ),
);
const TAKEN = takenBy(MATCHES, REQUESTS);
const answersOfSection = memoByIdentity((host: Section) => answersOf(host, TAKEN));
const NO_HOST = answersOf(undefined, TAKEN);
const answers = (host: Section | undefined): readonly Answer[] => (host ? answersOfSection(host) : NO_HOST);

const TARGETS = ['c1', 'c2'];
const SERVERS = ['g1', 'g2'];
const CLUSTERS = [...TARGETS, ...SERVERS].map((name) => `shop_${name}_80`);
const CLUSTER_RESOURCES = CLUSTERS.map((name) =>
  buildWhole({
    type: 'cluster',
    name,
    bytes: Buffer.from(name),
    references: [],
    owner: { object: '', at: '' },
  }),
);
const GATEWAY = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'shop', name: 'web' };
const ENTRANCE = { scheme: 'http', port: 80 } as const;
/** Each takes the requests of those before it when they are not there. */
const DOMAINS = ['a.test', '*.test', '*'];
/** Each is answered by one of the domains, if that is there. */
const HOSTS = ['a.test', 'b.test', 'other'];

/** What a rule does in one version of a host; undefined: the host has it not. */
type State = { readonly to: string; readonly asks: string | undefined } | undefined;
interface HostWorld {
  readonly domain: string;
  readonly asks: string | undefined;
  readonly states: readonly State[];
  readonly isReversed: boolean;
}
interface Step {
  readonly hosts: readonly HostWorld[];
  readonly ready: readonly string[];
}

const AUTHS = new Map(SERVERS.map((name) => [name, auth(name)]));
const FILTERS = new Map(
  [...AUTHS].map(([name, each]): [string, ListenerFilters] => [name, { auth: [each], fault: undefined }]),
);
const entries = new Map<string, RuleEntry>();

/** The same object for the same rule, which is encoded once then. */
function entryOf(name: string, match: MatchModel, { to, asks }: NonNullable<State>): RuleEntry {
  const key = `${name} ${JSON.stringify(match)} ${to} ${asks ?? ''}`;
  const known = entries.get(key);
  if (known !== undefined) return known;
  const made = rule(name, forward([share(cluster(to))]), {
    match,
    auth: asks === undefined ? undefined : AUTHS.get(asks),
  });
  entries.set(key, made);
  return made;
}

/** The table of a step: rules in the order in which routing has them, and some under the name of another. */
function tableOf({ hosts }: Step, matches: readonly MatchModel[]): Resource {
  const sections = hosts.map(({ domain, asks, states, isReversed }) => {
    const rules = matches.flatMap((match, i) => {
      const state = states[i];
      return state === undefined ? [] : [entryOf(`r${i % 4}`, match, state)];
    });
    const names = new Set<string>();
    const distinct = rules.filter(({ route }) => names.size < names.add(route.name).size);
    const ranked = (isReversed ? distinct.reverse() : distinct).sort(
      (a, b) => scoreOf(b.match, false) - scoreOf(a.match, false),
    );
    const filters = (asks === undefined ? undefined : FILTERS.get(asks)) ?? NO_FILTERS;
    return virtualHostSection({ ...virtualHost(domain, ranked), filters }, GATEWAY, ENTRANCE, undefined);
  });
  return buildResource({ type: 'routes', name: 't', sections });
}

const state: fc.Arbitrary<State> = fc.option(
  fc.record({
    to: fc.constantFrom(...TARGETS),
    asks: fc.constantFrom(undefined, undefined, ...SERVERS),
  }),
  { nil: undefined, freq: 2 },
);

const hostOfDomain = (domain: string, rules: number): fc.Arbitrary<HostWorld> =>
  fc.record({
    domain: fc.constant(domain),
    asks: fc.constantFrom(undefined, undefined, undefined, undefined, ...SERVERS),
    states: fc.array(state, { minLength: rules, maxLength: rules }),
    isReversed: fc.boolean(),
  });

const step = (rules: number): fc.Arbitrary<Step> =>
  fc.record({
    hosts: fc
      .tuple(...DOMAINS.map((domain) => fc.option(hostOfDomain(domain, rules), { nil: undefined, freq: 3 })))
      .map((hosts) => hosts.filter((host) => host !== undefined)),
    ready: fc.subarray(CLUSTERS),
  });

/** A first table, and those that follow it. */
const history = fc.array(fc.constantFrom(...MATCHES), { minLength: 1, maxLength: 6 }).chain((matches) =>
  fc.record({
    matches: fc.constant(matches),
    steps: fc.array(step(matches.length), { minLength: 2, maxLength: 4 }),
  }),
);

/** What a client with `former` is sent of `wanted`; nothing: it keeps what it has. */
function offered(former: Resource, wanted: Resource, ready: readonly string[]): Resource {
  const stream = newStreamState('delta');
  const { cluster: clusters, routes } = stream.types;
  clusters.wildcard = true;
  for (const name of ready) clusters.told.set(name, 'there');
  routes.told.set(former.name, former);
  routes.acked.set(former.name, former.version);
  return offerOf(stream, wanted, snapshotWith(wanted), 0, DEFAULT_ROLLOUT).resource ?? former;
}

function snapshotWith(table: Resource) {
  return buildSnapshot('fleet', [...CLUSTER_RESOURCES, table], () => true);
}

const isSame = (a: Answer, b: Answer): boolean =>
  a.does === b.does && a.names === b.names && a.guard === b.guard;

/** Does it get through without what it has to pass? */
const getsBy = (served: Answer, wanted: Answer): boolean =>
  served.does === 'forwards' &&
  wanted.does === 'forwards' &&
  [
    [wanted.guard, served.guard],
    [wanted.hostGuard, served.hostGuard],
  ].some(([asked, asks]) => asked !== undefined && asked !== asks);

/** It is answered as neither configuration does, and not refused. */
const isMixed = (served: Answer, former: Answer, wanted: Answer): boolean =>
  served.does !== '500' && !isSame(served, former) && !isSame(served, wanted);

function textOf(table: Resource): string {
  return table.sections
    .map(({ key, parts }) => {
      const rules = parts.map(
        (part) => `  ${part.takes?.key ?? part.key}: ${part.references.map(({ name }) => name).join()}`,
      );
      return [key, ...rules].join('\n');
    })
    .join('\n');
}

/** Throws for the first request that is answered otherwise. */
function expectLaws(former: Resource, wanted: Resource, served: Resource): void {
  for (const name of HOSTS) {
    const before = answers(hostOf(former, name));
    const after = answers(hostOf(wanted, name));
    answers(hostOf(served, name)).forEach((now, i) => {
      const [from, to] = [before[i], after[i]];
      if (from === undefined || to === undefined) return;
      const fault = getsBy(now, to) ? 'gets by' : isMixed(now, from, to) ? 'meets a mixture' : undefined;
      if (fault === undefined) return;
      const tables = Object.entries({ former, wanted, served }).map(([of, each]) => `${of}\n${textOf(each)}`);
      throw new Error([`${name} ${JSON.stringify(REQUESTS[i])} ${fault}`, ...tables].join('\n\n'));
    });
  }
}

/** Each table follows what was served of the one before. */
function expectLawsAlong(
  { matches, steps }: { readonly matches: readonly MatchModel[]; readonly steps: readonly Step[] },
  serve: (former: Resource, wanted: Resource, step: Step) => Resource,
): void {
  steps.reduce<Resource | undefined>((former, step) => {
    const wanted = tableOf(step, matches);
    if (former === undefined) return wanted;
    const served = serve(former, wanted, step);
    expectLaws(former, wanted, served);
    return served;
  }, undefined);
}

describe('a request to a host that waits, or to one that others stand in for', () => {
  it('passes what guards it from now on, and meets the former configuration or the new one, or 500', () => {
    fc.assert(
      fc.property(history, (steps) => {
        expectLawsAlong(steps, (former, wanted, { ready }) => offered(former, wanted, ready));
      }),
      { numRuns, seed },
    );
  });

  it('does so in a trial, too, whatever that leaves out', () => {
    fc.assert(
      fc.property(history, (steps) => {
        expectLawsAlong(steps, (former, wanted) => permittedResource(former, snapshotWith(wanted)));
      }),
      { numRuns, seed },
    );
  });
});
