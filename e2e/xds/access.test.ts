// Who gets what: the path of a socket, a token, a version; and what a stream gets that may have nothing.
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADS } from '../../src/proto/index.js';
import { admissionTo, buildSnapshot } from '../../src/xds/index.js';
import { keyPair } from '../envoy/key-pair.js';
import { until } from '../harness/until.js';
import { CDS, DeltaClient, SDS } from './client.js';
import { cluster, fixture, FLEET, secret, type Fixture } from './fixture.js';

const TOKEN = 'of-the-public-gateway';
const OTHER = 'shop/internal';
const UNIX_MODE = 0o777;

let ads: Fixture;
beforeEach(async () => {
  ads = await fixture();
});
afterEach(async () => {
  await ads.close();
});

describe('a unix socket', () => {
  it('may be opened by its user only', () => {
    expect(statSync(ads.socket).mode & UNIX_MODE).toBe(0o600);
  });

  it('decides the fleet: no stream gets the secrets of another', async () => {
    ads.set(secret('mine'));
    ads.server.setSnapshot(buildSnapshot(OTHER, [secret('theirs')]));
    const client = ads.delta();
    client.send({
      type_url: SDS,
      resource_names_subscribe: ['mine', 'theirs'],
      node: { id: OTHER, cluster: OTHER },
    });
    expect(await client.take(SDS)).toEqual({ names: ['mine'], removed: ['theirs'] });
  });

  it('takes the place of a socket file that was left there, and goes when it is closed', async () => {
    const { socket } = ads;
    await ads.server.listenUnix(socket, FLEET);
    ads.set(cluster('a'));
    const client = ads.delta();
    client.subscribe(CDS);
    expect((await client.take(CDS)).names).toEqual(['a']);
    client.close();
    await ads.server.closeUnix(socket);
    expect(existsSync(socket)).toBe(false);
  });

  it('that is opened again while the connections of before are still closing stays', async () => {
    const { server, socket } = ads;
    const client = ads.delta();
    client.subscribe(CDS);
    await until('the stream', () => (server.summary(FLEET).connected === 1 ? true : undefined));
    const closing = server.closeUnix(socket);
    await server.listenUnix(socket, FLEET);
    await closing;
    expect(existsSync(socket)).toBe(true);
  });

  it('is refused in the place of a file of another kind', async () => {
    const path = join(ads.socket, '..', 'notes.txt');
    writeFileSync(path, 'mine');
    await expect(ads.server.listenUnix(path, FLEET)).rejects.toMatchObject({ code: 'XDS_LISTEN' });
    expect(existsSync(path)).toBe(true);
  });
});

describe('the TCP port', () => {
  async function client(token?: string): Promise<DeltaClient> {
    const { certificate, key } = keyPair('localhost');
    const { port } = await ads.server.listenTls({
      address: '127.0.0.1',
      port: 0,
      certificate,
      key,
      authenticate: (presented) => admissionTo(presented === TOKEN ? FLEET : undefined),
    });
    return new DeltaClient({
      address: `localhost:${port}`,
      credentials: credentials.createSsl(Buffer.from(certificate)),
      ...(token === undefined ? {} : { token }),
    });
  }

  it('serves over TLS the fleet that the token stands for', async () => {
    ads.set(cluster('a'));
    const envoy = await client(TOKEN);
    envoy.subscribe(CDS);
    expect((await envoy.take(CDS)).names).toEqual(['a']);
    envoy.close();
  });

  it('presents another certificate as soon as it has one, and leaves the connections that stand', async () => {
    ads.set(cluster('a'));
    const [first, second] = [keyPair('localhost'), keyPair('localhost')];
    const { port, setCertificate } = await ads.server.listenTls({
      address: '127.0.0.1',
      port: 0,
      ...first,
      authenticate: () => admissionTo(FLEET),
    });
    const trusting = ({ certificate }: typeof first): DeltaClient =>
      new DeltaClient({
        address: `localhost:${port}`,
        credentials: credentials.createSsl(Buffer.from(certificate)),
        token: TOKEN,
      });
    const before = trusting(first);
    before.subscribe(CDS);
    await before.take(CDS);
    setCertificate(second);
    const after = trusting(second);
    after.subscribe(CDS);
    expect((await after.take(CDS)).names).toEqual(['a']);
    const late = trusting(first);
    late.subscribe(CDS);
    expect((await late.untilEnded()).code).toBe(status.UNAVAILABLE);
    ads.set(cluster('a'), cluster('b'));
    expect((await before.take(CDS)).names).toEqual(['b']);
    for (const client of [before, after, late]) client.close();
  });

  it('ends a stream before what admitted it ends', async () => {
    ads.set(cluster('a'));
    const { certificate, key } = keyPair('localhost');
    const until = Date.now() + 3_000;
    const { port } = await ads.server.listenTls({
      address: '127.0.0.1',
      port: 0,
      certificate,
      key,
      authenticate: () => ({ kind: 'admitted', fleet: FLEET, until }),
    });
    const envoy = new DeltaClient({
      address: `localhost:${port}`,
      credentials: credentials.createSsl(Buffer.from(certificate)),
      token: TOKEN,
    });
    envoy.subscribe(CDS);
    await envoy.take(CDS);
    expect((await envoy.untilEnded()).code).toBe(status.OK);
    expect(Date.now()).toBeLessThanOrEqual(until);
    envoy.close();
  });

  it.each([undefined, 'made-up'])('gives a stream with the token %s nothing', async (token) => {
    ads.set(cluster('a'), secret('s'));
    const envoy = await client(token);
    envoy.subscribe(CDS);
    expect((await envoy.untilEnded()).code).toBe(status.UNAUTHENTICATED);
    expect(envoy.received).toEqual([]);
    expect(ads.server.counters().unauthenticated).toBe(1);
    envoy.close();
  });
});

describe('an Envoy', () => {
  const stating = (minor_number: number) => ({
    type_url: CDS,
    node: {
      id: 'envoy-1',
      user_agent_build_version: { version: { major_number: 1, minor_number, patch: 9 } },
    },
  });

  it('below the oldest served version gets no configuration, and is reported', async () => {
    ads.set(cluster('a'));
    const old = ads.delta();
    old.send(stating(39));
    const stream = await until('the report', () =>
      ads.server.fleets()[0]?.streams.find((s) => s.refused !== undefined),
    );
    expect(stream).toMatchObject({ node: 'envoy-1', version: '1.39.9', current: false });
    expect(stream.refused).toContain('older than 1.40.0');
    const fresh = ads.delta();
    fresh.send(stating(40));
    expect((await fresh.take(CDS)).names).toEqual(['a']);
    expect(old.received).toEqual([]);
  });
});

describe('a client that sends what is no message', () => {
  it('has its stream ended; others are served on', async () => {
    ads.set(cluster('a'));
    const bystander = ads.delta();
    bystander.subscribe(CDS);
    await bystander.take(CDS);
    const broken = new Client(`unix:${ads.socket}`, credentials.createInsecure());
    const raw = (bytes: Buffer): Buffer => bytes;
    const stream = broken.makeBidiStreamRequest(ADS.DeltaAggregatedResources.path, raw, raw);
    const failed = once(stream, 'error');
    stream.write(Buffer.from('ffffffffffffff', 'hex'));
    const [error] = (await failed) as [{ readonly code: number }];
    expect(error.code).toBe(status.INTERNAL);
    broken.close();
    ads.set(cluster('a', 2));
    expect((await bystander.take(CDS)).names).toEqual(['a']);
  });
});

describe('a fleet that is removed', () => {
  it('has its streams ended, and serves nothing to those that come again', async () => {
    ads.set(cluster('a'));
    const client = ads.delta();
    client.subscribe(CDS);
    await client.take(CDS);
    ads.server.removeFleet(FLEET);
    expect((await client.untilEnded()).code).toBe(status.OK);
    const again = ads.delta();
    again.subscribe(CDS);
    await until('the second stream', () => (ads.server.counters().streams === 2 ? true : undefined));
    expect(again.received).toEqual([]);
    ads.set(cluster('b'));
    expect((await again.take(CDS)).names).toEqual(['b']);
  });

  it('is forgotten when the last stream that came again has gone', async () => {
    ads.set(cluster('a'));
    ads.server.removeFleet(FLEET);
    const client = ads.delta();
    client.subscribe(CDS);
    await until('the stream', () => (ads.server.summary(FLEET).connected === 1 ? true : undefined));
    client.close();
    await until('the end of the fleet', () => (ads.server.fleets().length === 0 ? true : undefined), 3_000);
  });
});
