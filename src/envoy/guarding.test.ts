// What is served of hosts as they are really encoded while something waits or is tried, and is guarded from now on.
import { describe, expect, it } from '@jest/globals';
import type { ListenerFilters, MatchModel, RuleEntry, ShareFilters } from '../routing/index.js';
import { buildResource, type Part, type Resource, type Section, type Snapshot } from '../xds/index.js';
import { contained, convictionsOf } from '../xds/convictions.js';
import { guardedMeanwhile, guardedWhileKept, guardedWhileNew, type Servable } from '../xds/guards.js';
import { permittedResource } from '../xds/permits.js';
import { ModelClient } from '../xds/testing/model-client.js';
import { ModelFleet } from '../xds/testing/model-fleet.js';
import { POISON } from '../xds/testing/resources.js';
import { beginTrial, partsOf, variantOf } from '../xds/trial.js';
import { snapshotOf } from './snapshot.js';
import { auth, cluster, fleet, forward, httpPort, path, rule, share, virtualHost } from './testing/fleets.js';

type Host = ReturnType<typeof virtualHost>;

const to = (...services: readonly string[]) => forward(services.map((service) => share(cluster(service))));
const ASKED: ListenerFilters = { auth: [auth()], fault: undefined };
const admin = path('prefix', '/admin');

const snapshotWith = (...hosts: readonly Host[]): Snapshot => snapshotOf(fleet([httpPort(hosts)]));

function tableIn({ resources }: Snapshot): Resource {
  const table = resources.routes.get('gateway/shop/web/80');
  if (table === undefined) throw new Error('no table');
  return table;
}

function hostIn({ sections }: Resource, domain = '*'): Section {
  const section = sections.find(({ key }) => key === domain);
  if (section === undefined) throw new Error(`no host ${domain}`);
  return section;
}

const encoded = (host: Host): Section => hostIn(tableIn(snapshotWith(host)), host.domain);
const hostOf = (...rules: readonly RuleEntry[]): Section => encoded(virtualHost('*', rules));

/** When the clusters of the named services are ready. */
const servable = (...services: readonly string[]): Servable => ({
  permitted: (part) => part,
  mayServe: ({ references }) => references.every(({ name }) => services.some((each) => name.includes(each))),
  standsIn: () => false,
});

/** What the routes do, in their order: `<part> <services>`, or 500 where it lets nothing through. */
function doings(section: Section | undefined): readonly string[] | undefined {
  return section?.parts.slice(1).map((part) => {
    const name = part.key.replace('httproute/shop/', '').replace(/\/rule.*/, '');
    const services = part.references.map((each) => each.name.replace(/^shop_|_80$/g, ''));
    return [name, ...(part.takes !== undefined && services.length === 0 ? ['500'] : services)].join(' ');
  });
}

const meanwhile = (after: Section, before: Section, ...ready: readonly string[]) =>
  doings(guardedMeanwhile(after, before, servable(...ready)));

describe('rules that take requests ahead of a guarded one', () => {
  const exact = rule('exact', to('stable'), { match: path('exact', '/a/x'), auth: auth() });
  const regex = rule('regex', to('stable'), { match: path('regex', '/a/.*') });
  const rest = rule('rest', to('stable'));

  it('come along with all that take requests ahead of them in turn', () => {
    const added = rule('added', to('fresh'), { match: path('prefix', '/a/b'), auth: auth() });
    // /a/x and /a/b have nothing in common but that the expression takes both.
    expect(
      meanwhile(hostOf(exact, regex, added, rest), hostOf(exact, regex, rest), 'stable', 'auth'),
    ).toEqual(['exact stable auth', 'regex stable', 'added 500', 'rest stable']);
  });
});

describe('a request that gives something twice', () => {
  const before = (match: MatchModel) => hostOf(rule('blue', to('stable'), { match }));
  const after = (red: MatchModel, blue: MatchModel) =>
    hostOf(
      rule('red', to('fresh'), { match: red, auth: auth() }),
      rule('blue', to('stable'), { match: blue }),
    );

  it('a header: may be taken by rules for either value, so that the guarded one stands ahead', () => {
    const team = (value: string) =>
      ({ headers: [{ name: 'x-team', value: { kind: 'exact', value } }] }) as const;
    const blue = path('prefix', '/', team('blue'));
    expect(meanwhile(after(path('prefix', '/admin', team('red')), blue), before(blue), 'stable')).toEqual([
      'red 500',
      'blue stable',
    ]);
  });

  it('a query parameter: is taken by the rule for the first value alone', () => {
    const team = (value: string) =>
      ({ queryParams: [{ name: 'team', value: { kind: 'exact', value } }] }) as const;
    const blue = path('prefix', '/', team('blue'));
    expect(
      meanwhile(after(path('prefix', '/admin', team('red')), blue), before(blue), 'stable'),
    ).toBeUndefined();
  });
});

describe('backendRefs that ask', () => {
  const asking: ShareFilters = {
    redirect: undefined,
    hostRewrite: undefined,
    pathRewrite: undefined,
    mirrors: [],
    cors: undefined,
    auth: auth(),
  };
  const sharing = (services: readonly string[], ...askers: readonly string[]): Section =>
    hostOf(
      rule(
        'shared',
        forward(
          services.map((each) => share(cluster(each), askers.includes(each) ? { filters: asking } : {})),
        ),
      ),
    );

  it('guard when another one comes to ask', () => {
    const former = sharing(['a', 'b'], 'a');
    expect(meanwhile(sharing(['a', 'b', 'fresh'], 'a', 'b'), former, 'a', 'b')).toEqual(['shared 500']);
  });

  it('guard when another one asks instead', () => {
    const former = sharing(['a', 'b'], 'a');
    expect(meanwhile(sharing(['a', 'b', 'fresh'], 'b'), former, 'a', 'b')).toEqual(['shared 500']);
  });

  it('guard as before when others of which all ask the same come and go', () => {
    expect(meanwhile(sharing(['a', 'fresh'], 'a', 'fresh'), sharing(['a'], 'a'), 'a')).toBeUndefined();
  });
});

describe('what stands in for a guarded rule that was rejected', () => {
  const before = hostOf(rule('admin', to('stable'), { match: admin }), rule('rest', to('stable')));
  const wanted = snapshotWith(
    virtualHost('*', [
      rule('admin', to('stable'), { match: admin, auth: auth() }),
      rule('rest', to('fresh')),
    ]),
  );
  const served = (rejected: Resource | undefined, part: Part | undefined) => {
    if (rejected === undefined || part === undefined) throw new Error('nothing to reject');
    const convictions = convictionsOf(wanted, rejected, new Set([part.hash]), 'no', 0);
    return meanwhile(hostIn(tableIn(contained(wanted, convictions))), before, 'stable');
  };

  it('guards as well: no earlier version answers in its place', () => {
    const table = tableIn(wanted);
    const guarded = partsOf(table).find(({ guard }) => guard !== undefined);
    expect(served(table, guarded)).toEqual(['admin 500', 'rest stable']);
  });

  it('guards as well where the server was rejected', () => {
    const server = wanted.resources.cluster.get('shop_auth_80');
    expect(served(server, server && partsOf(server)[0])).toEqual(['admin 500', 'rest stable']);
  });
});

describe('a host that is no more', () => {
  const guarding = hostOf(
    rule('admin', to('fresh'), { match: admin, auth: auth() }),
    rule('rest', to('fresh')),
  );
  const gone = (over: Partial<Host>): Section =>
    encoded({ ...virtualHost('*.test', [rule('narrow', to('stable'))]), ...over });

  it('goes on turning away what belongs to other listeners before anything else', () => {
    const kept = guardedWhileKept(gone({ foreign: ['b.test'] }), guarding, servable('stable'));
    expect(doings(kept)).toEqual(['misdirected', 'admin 500', 'narrow stable']);
  });

  it('no longer asks a server that it may not ask by now', () => {
    const asking = gone({ filters: { auth: [auth('former', { permit: 'a grant' })], fault: undefined } });
    const mayAsk = ({ permits = [] }: Part): boolean => !permits.includes('a grant');
    expect(asking.parts.every(mayAsk)).toBe(false);
    const kept = guardedWhileKept(asking, guarding, {
      ...servable('stable', 'former'),
      permitted: (part) => (mayAsk(part) ? part : part.replacement),
    });
    expect(doings(kept)).toEqual(['unusable']);
    expect(kept?.parts.every(mayAsk)).toBe(true);
  });

  it('stands behind what takes its requests from now on in a trial, too', () => {
    const base = tableIn(snapshotWith(virtualHost('a.test', [rule('narrow', to('stable'))])));
    const wanted = snapshotWith(
      virtualHost('*', [
        rule('admin', to('fresh'), { match: admin, auth: auth() }),
        rule('rest', to('fresh')),
      ]),
      virtualHost('b.test', [rule('bad', to('stable'), { match: path('prefix', '/bad') })]),
    );
    const kept = guardedWhileKept(hostIn(base, 'a.test'), hostIn(tableIn(wanted)), servable('stable'));
    if (kept === undefined) throw new Error('nothing is guarded');
    const { type, name, sections } = tableIn(wanted);
    const trial = beginTrial(buildResource({ type, name, sections: [...sections, kept] }), base, true, 'no');
    if (trial === undefined) throw new Error('no trial');
    const tried = permittedResource(variantOf(trial), wanted);
    expect(doings(hostIn(tried, 'a.test'))?.slice(0, 2)).toEqual(['admin 500', 'narrow stable']);
  });
});

describe('a host that is new', () => {
  const isNew = encoded({ ...virtualHost('a.test', [rule('narrow', to('fresh'))]), filters: ASKED });

  it('asks of all requests what the wider one asks on its first rule alone', () => {
    const wider = hostOf(
      rule('admin', to('stable'), { match: admin, auth: auth() }),
      rule('rest', to('stable')),
    );
    const served = guardedWhileNew(isNew, wider, servable('auth'));
    expect(served?.parts[0]?.guard).toBe(isNew.parts[0]?.guard);
    expect(doings(served)).toEqual(['admin stable auth', 'rest stable', 'unmatched']);
  });

  it('refuses all while the wider one does', () => {
    const refusing = encoded({ ...virtualHost('*', []), filters: { auth: [], fault: 'no server' } });
    expect(doings(guardedWhileNew(isNew, refusing, servable('auth')))?.[0]).toBe('unusable');
  });
});

describe('a listener that comes to ask, while a rule of its host waits', () => {
  const before = hostOf(rule('a', to('stable'), { match: path('prefix', '/a') }));
  const after = encoded({
    ...virtualHost('*', [rule('a', to('stable'), { match: path('prefix', '/a') }), rule('b', to('fresh'))]),
    filters: ASKED,
  });

  it('refuses all until its server is ready, and serves what is ready from then on', () => {
    const first = guardedMeanwhile(after, before, servable('stable'));
    expect(doings(first)).toEqual(['unusable']);
    if (first === undefined) throw new Error('nothing is guarded');
    const second = guardedMeanwhile(after, first, servable('stable', 'auth'));
    expect(doings(second)).toEqual(['a stable', 'b 500', 'unmatched']);
  });
});

describe('a host that has refused all', () => {
  const all = virtualHost('*', [rule('rest', to('stable'))]);
  const refusing = encoded({ ...all, filters: { auth: [], fault: 'no server' } });

  it('does not bring back the rules of before', () => {
    const first = guardedMeanwhile(refusing, encoded(all), servable('stable'));
    expect(doings(first)).toEqual(['unusable']);
    const after = hostOf(
      rule('admin', to('stable'), { match: admin, auth: auth() }),
      rule('rest', to('fresh')),
    );
    if (first === undefined) throw new Error('nothing is guarded');
    expect(meanwhile(after, first, 'stable', 'auth')).toEqual(['admin stable auth', 'rest 500']);
  });
});

describe('a host that was to turn requests away', () => {
  it('does so as long as its rules of before are served', () => {
    const of = (foreign: readonly string[], ...rules: readonly RuleEntry[]): Section =>
      encoded(virtualHost('*.test', rules, 'http', foreign));
    const before = of(['b.test'], rule('rest', to('stable')));
    const after = of(
      [],
      rule('admin', to('fresh'), { match: admin, auth: auth() }),
      rule('rest', to('fresh')),
    );
    expect(meanwhile(after, before, 'stable')).toEqual(['misdirected', 'admin 500', 'rest stable']);
  });
});

describe('a client that rejects a rule while hosts wait', () => {
  /** Every table that it comes to use. Clusters other than `stable` never get ready for it: it does not ask for their endpoints. */
  function tablesUsed(...snapshots: readonly Snapshot[]): readonly Resource[] {
    const model = new ModelFleet();
    const client = new ModelClient('delta', model);
    client.subscribe('cluster', '*');
    client.subscribe('endpoints', 'shop_stable_80');
    client.subscribe('routes', 'gateway/shop/web/80');
    const used = new Set<Resource>();
    const exchange = (): boolean => {
      const isNew = client.push(1).length > 0;
      while (client.read('honest'));
      for (const table of client.held('routes').values()) used.add(table);
      while (client.answer());
      while (client.serve());
      return isNew;
    };
    for (const each of snapshots) {
      model.setSnapshot(each);
      while (client.serve());
      // Clusters are held back for a while, tables for longer than this.
      for (const ms of [0, 30]) {
        model.now += ms;
        while (exchange());
      }
    }
    return [...used];
  }

  it('is served none of the variants that are tried with a host that lets by what a wider one guards', () => {
    const fine = ['/one', '/two', '/three'].map((at) =>
      rule(`fine${at}`, to('stable'), { match: path('prefix', at) }),
    );
    const used = tablesUsed(
      snapshotWith(
        virtualHost('a.test', [rule('narrow', to('stable'))]),
        virtualHost('*.test', [rule('rest', to('stable'))]),
      ),
      snapshotWith(
        virtualHost('*', fine),
        virtualHost('*.test', [
          rule('admin', to('fresh'), { match: admin, auth: auth() }),
          rule('rest', to('fresh')),
        ]),
        virtualHost('b.org', [rule(POISON, to('stable'))]),
      ),
    );
    const [first, ...others] = used.map((table) => ({
      narrow: doings(table.sections.find(({ key }) => key === 'a.test')),
      wide: doings(hostIn(table, '*.test')),
    }));
    expect(first).toEqual({ narrow: ['narrow stable'], wide: ['rest stable'] });
    expect(others.length).toBeGreaterThan(1);
    for (const { narrow, wide } of others) {
      expect(narrow).toEqual(['admin 500', 'narrow stable']);
      expect(wide).toEqual(['admin 500', 'rest stable']);
    }
  });
});
