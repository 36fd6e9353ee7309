// A filter chain that lets in whom it should not by now is closed before the chain in its place is sent: Envoy serves the former one until that is warm.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decode, encode, encodeField } from '../../src/proto/index.js';
import {
  buildPart,
  buildResource,
  buildSection,
  buildSnapshot,
  type Part,
  type Resource,
} from '../../src/xds/index.js';
import { LDS, type DeltaClient } from './client.js';
import { fixture, FLEET, type Fixture } from './fixture.js';

let ads: Fixture;
beforeEach(async () => {
  ads = await fixture();
});
afterEach(async () => {
  await ads.close();
});

const owner = { object: 'Gateway shop/public', at: '' };

function chain(key: string, name: string, permit: string): Part {
  const named = (text: string): Uint8Array =>
    encodeField('envoy.config.listener.v3.Listener', 'filterChains', { name: text });
  const part = (text: string): Part => buildPart({ key, bytes: named(text), references: [], owner });
  return buildPart({
    key,
    bytes: named(name),
    references: [],
    owner,
    permits: [permit],
    withoutPermits: () => part(`${key} closed`),
    replacement: buildPart({ key, bytes: new Uint8Array(), references: [], owner }),
  });
}

/** @param chains name and permit by key */
function set(chains: Readonly<Record<string, readonly [string, string]>>, permits: readonly string[]): void {
  const parts = Object.entries(chains).map(([key, [name, permit]]) => chain(key, name, permit));
  const bytes = encode('envoy.config.listener.v3.Listener', { name: 'l' });
  const head = buildPart({ key: 'listener', bytes, references: [], owner });
  const listener: Resource = buildResource({
    type: 'listener',
    name: 'l',
    sections: [buildSection({ key: 'listener', parts: [head, ...parts] })],
  });
  ads.server.setSnapshot(buildSnapshot(FLEET, [listener], (permit) => permits.includes(permit)));
}

/** The names of the chains in the next response, which is accepted unless it is to wait. */
async function taken(
  client: DeltaClient,
  ack = true,
): Promise<{ chains: readonly string[]; ack: () => void }> {
  const response = await client.next(LDS);
  if (ack) client.ack(response);
  const chains = response.resources.flatMap(({ resource }) =>
    (decode('envoy.config.listener.v3.Listener', resource.value).filterChains ?? []).map(
      ({ name = '' }) => name,
    ),
  );
  return { chains, ack: () => client.ack(response) };
}

describe('a chain that grants too much by now', () => {
  it('is closed first, and what verifies comes when the client has accepted that; its neighbour stays as it is', async () => {
    set({ a: ['open', 'a is open'], b: ['b', 'b'] }, ['a is open', 'b']);
    const client = ads.delta();
    client.subscribe(LDS);
    expect((await taken(client)).chains).toEqual(['open', 'b']);
    set({ a: ['strict', 'a is strict'], b: ['b', 'b'] }, ['a is strict', 'b']);
    const closed = await taken(client, false);
    expect(closed.chains).toEqual(['a closed', 'b']);
    expect(await client.silence()).toEqual([]);
    closed.ack();
    expect((await taken(client)).chains).toEqual(['strict', 'b']);
    expect(await client.silence()).toEqual([]);
  });

  it('is not closed when it goes, or when the permission holds still', async () => {
    set({ a: ['strict', 'a'], b: ['b', 'b'] }, ['a', 'b']);
    const client = ads.delta();
    client.subscribe(LDS);
    await taken(client);
    set({ a: ['open', 'a is open'], b: ['b', 'b'] }, ['a', 'a is open', 'b']);
    expect((await taken(client)).chains).toEqual(['open', 'b']);
    set({ b: ['b', 'b'] }, ['a is open', 'b']);
    expect((await taken(client)).chains).toEqual(['b']);
    expect(await client.silence()).toEqual([]);
  });

  it('is no matter for a client that has nothing of the listener', async () => {
    set({ a: ['open', 'a is open'] }, ['a is open']);
    set({ a: ['strict', 'a'] }, ['a']);
    const client = ads.delta();
    client.subscribe(LDS);
    expect((await taken(client)).chains).toEqual(['strict']);
  });
});
