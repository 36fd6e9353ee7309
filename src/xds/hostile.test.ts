// The smallest sequences in which a client once ended with something else than it should have, found by the laws of `protocol.property.test.ts`.
import { describe, expect, it } from '@jest/globals';
import type { Resource } from './resource.js';
import type { Protocol } from './stream-state.js';
import { ModelWorld } from './testing/model-world.js';
import { cluster, listener, POISON, resource, snapshot, type Piece } from './testing/resources.js';

const PROTOCOLS: readonly Protocol[] = ['delta', 'sotw'];
const chain = (edition: string): Piece => ({ edition, names: [] });

/** An Envoy alone with the server, which is given one snapshot after the other. */
function serve(protocol: Protocol, ...snapshots: readonly (readonly Resource[])[]): ModelWorld {
  const world = new ModelWorld(protocol, []);
  for (const some of snapshots) {
    world.fleet.setSnapshot(snapshot(...some));
    // Twice: what came first names what is asked for next.
    for (let rounds = 0; rounds < 2; rounds += 1) {
      world.client.followNames();
      world.client.exchange();
    }
  }
  world.settle('everyone');
  return world;
}

function expectWanted(world: ModelWorld): void {
  for (const { has, should } of world.comparison(world.client)) expect(has).toEqual(should);
}

describe.each(PROTOCOLS)('%s: a rejection', (protocol) => {
  it('that nothing can stand in for takes nothing else down: what comes beside it is accepted and convicted of nothing', () => {
    const bad = listener('a', POISON, []);
    const world = serve(protocol, [bad, listener('b', '1', [])], [bad, listener('b', '2', [])]);
    expectWanted(world);
    expect(world.fleet.convictedTexts).toEqual([`a ${POISON}`]);
    expect([...world.client.held('listener').keys()]).toEqual(['b']);
  });

  it('leaves what was accepted before of several that are refused at once', () => {
    const three = (edition: string, other: string) => [
      listener('a', edition, []),
      listener('b', edition, []),
      listener('c', other, []),
    ];
    const world = serve(protocol, three('1', '1'), three(POISON, '2'), three(POISON, '3'));
    const texts = [...world.client.held('listener').values()].map(({ sections }) =>
      Buffer.concat(sections.map(({ bytes }) => bytes)).toString(),
    );
    expect(texts.sort()).toEqual(['a 1', 'b 1', 'c 3']);
  });

  it('in company is over for what only lost something', () => {
    const world = serve(
      protocol,
      [listener('a', '1', []), listener('b', '1', [chain('1')])],
      [listener('a', '1', [chain(POISON)]), listener('b', '1', [])],
    );
    expectWanted(world);
    expect(world.client.stream.current).toBe(true);
  });

  it('is over for what is removed beside another one that is refused', () => {
    const world = serve(
      protocol,
      [listener('b', POISON, [])],
      [listener('a', POISON, [])],
      [cluster('a', '1', [])],
    );
    expectWanted(world);
    expect(world.client.stream.current).toBe(true);
  });

  it('is over for what is taken back beside another one that is refused', () => {
    const world = serve(
      protocol,
      [cluster('a', '1', []), cluster('b', '1', [])],
      [cluster('a', POISON, []), listener('b', '1', [])],
      [cluster('a', '1', []), cluster('b', POISON, [])],
    );
    expectWanted(world);
    expect(world.client.stream.current).toBe(true);
  });

  it('never convicts what stands in place of a filter chain that is left out', () => {
    const world = serve(
      protocol,
      [listener('a', '1', [chain(POISON)])],
      [listener('a', POISON, [chain(POISON), chain('1')]), listener('b', '1', [])],
    );
    expect(world.fleet.convictedTexts.filter((text) => !text.includes(POISON))).toEqual([]);
  });

  it('is found out anew when the content comes back', () => {
    const bad = [cluster('b', POISON, [])];
    const world = new ModelWorld(protocol, []);
    world.client.followNames();
    for (const some of [bad, [], bad]) {
      world.fleet.setSnapshot(snapshot(...some));
      if (some.length > 0) world.client.exchange();
    }
    world.settle('everyone');
    expect(world.fleet.convictions).toMatchObject([{ type: 'cluster', resource: 'b' }]);
    expect(world.client.stream.current).toBe(true);
  });

  it('at random is over when the content has been gone and is back before the client hears of it', () => {
    const world = new ModelWorld(protocol, []);
    const { client, fleet } = world;
    fleet.setSnapshot(snapshot(cluster('a', '1', [])));
    client.followNames();
    client.serve();
    client.push();
    client.read('deaf');
    client.answer();
    client.exchange();
    expect(fleet.convictions).toHaveLength(1);
    for (const some of [[], [cluster('a', '1', [])]]) fleet.setSnapshot(snapshot(...some));
    client.exchange();
    client.followNames();
    world.settle('everyone');
    expect([...client.held('cluster').keys()]).toEqual(['a']);
    expect(client.stream.current).toBe(true);
  });

  it('removes nothing before its time, although further responses overtake their answers', () => {
    const world = new ModelWorld(protocol, []);
    const { client, fleet } = world;
    const change = (port: string, ...editions: readonly string[]): void => {
      const clusters = editions.map((edition, i) => cluster(`c${i}`, edition, []));
      fleet.setSnapshot(snapshot(listener('l', port, []), ...clusters));
    };
    change('1', '1');
    client.followNames();
    client.exchange();
    change('2', POISON);
    client.push();
    client.read('honest');
    client.answer();
    client.serve();
    // The cluster is withheld, but cannot go yet: the client has not answered the listener.
    expect(fleet.convictions).toHaveLength(1);
    const gone: string[] = [];
    for (const editions of [
      [POISON, '1'],
      [POISON, '1', '1'],
    ]) {
      change('2', ...editions);
      for (const { type, resources, removed } of client.push()) {
        gone.push(...removed);
        const names = resources.map(({ name }) => name);
        if (protocol === 'sotw' && type === 'cluster' && !names.includes('c0')) gone.push('c0');
      }
      fleet.now += 25;
    }
    expect(gone).toEqual([]);
    world.settle('everyone');
    expect([...client.held('cluster').keys()].sort()).toEqual(['c1', 'c2']);
  });

  it('of a response with a removal in it does not lose the removal', () => {
    const world = new ModelWorld(protocol, []);
    const { client, fleet } = world;
    fleet.setSnapshot(snapshot(listener('a', '1', []), listener('b', '1', [])));
    client.followNames();
    client.exchange();
    fleet.setSnapshot(snapshot(listener('a', POISON, [])));
    client.push();
    client.read('deaf');
    world.settle('everyone');
    expect([...client.held('listener').keys()]).toEqual(['a']);
  });

  it('with the nonce of an earlier stream says nothing', () => {
    const world = new ModelWorld(protocol, []);
    const { client, fleet } = world;
    fleet.setSnapshot(snapshot(resource('endpoints', 'a', 1)));
    client.subscribe('endpoints', 'a');
    client.exchange();
    client.reconnect('none');
    client.serve();
    client.push();
    client.sendNonce('endpoints', 'spent', 'no');
    client.serve();
    expect(fleet.convictions).toEqual([]);
  });
});

describe.each(PROTOCOLS)('%s: a client whose cluster names endpoints that do not exist', (protocol) => {
  it('is not current any more when they come to exist, until it has asked for them', () => {
    const world = new ModelWorld(protocol, []);
    const { client, fleet } = world;
    for (const type of ['cluster', 'listener'] as const) client.subscribe(type, '*');
    fleet.setSnapshot(snapshot(cluster('a', '1', [])));
    client.exchange();
    expect(client.stream.current).toBe(true);
    fleet.setSnapshot(snapshot(cluster('a', '1', []), resource('endpoints', 'a')));
    expect(client.stream.current).toBe(false);
    client.followNames();
    client.exchange();
    expect(client.stream.current).toBe(true);
  });
});

describe('delta: a response that the client passes over', () => {
  it('is sent again, since it may have been refused', () => {
    const world = new ModelWorld('delta', []);
    const { client, fleet } = world;
    fleet.setSnapshot(snapshot(resource('routes', 'a', 1), resource('routes', 'b', 1)));
    for (const [name, manner] of [
      ['a', 'deaf'],
      ['b', 'honest'],
    ] as const) {
      client.subscribe('routes', name);
      client.serve();
      client.push();
      client.read(manner);
    }
    const skip = true;
    client.answer(1, skip);
    world.settle('everyone');
    expectWanted(world);
  });
});
