// Clients that keep the server waiting: each is ended with a word why, and the others do not notice.
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Stream } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { credentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ADS, encode } from '../../src/proto/index.js';
import { admissionTo, buildWhole, TYPE_URLS, type Resource, type XdsEvent } from '../../src/xds/index.js';
import { keyPair } from '../envoy/key-pair.js';
import { CDS, DeltaClient, EDS, RDS } from './client.js';
import { cluster, endpoints, fixture, FLEET, routes, type Fixture } from './fixture.js';

let ads: Fixture;
const closers: (() => void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await ads.close();
});

const TOKEN = 'of-the-public-gateway';
const MEGABYTE = 1024 * 1024;

/** For a machine that does other things at the same time. */
jest.setTimeout(30_000);

/** A table far larger than what the socket of a client that does not read takes. */
function large(edition: number): Resource {
  const bytes = encode('envoy.config.route.v3.RouteConfiguration', {
    name: 'r',
    internalOnlyHeaders: [String(edition), 'x'.repeat(MEGABYTE)],
  });
  const owner = { object: 'Gateway shop/public', at: '' };
  return buildWhole({ type: 'routes', name: 'r', bytes, references: [], owner });
}

/** A client with a connection of its own that asks for a table, again and again if told to, and never reads a byte of it. */
function deaf(connection: () => Socket): { readonly stream: ClientHttp2Stream; readonly ask: () => void } {
  const session = connectHttp2('http://windlass', { createConnection: connection });
  session.on('error', () => undefined);
  closers.push(() => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': ADS.DeltaAggregatedResources.path,
    'content-type': 'application/grpc',
    authorization: `Bearer ${TOKEN}`,
  });
  stream.on('error', () => undefined);
  const message = encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', {
    typeUrl: TYPE_URLS.routes,
    resourceNamesSubscribe: ['r'],
    node: { id: 'deaf' },
  });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const ask = (): void => void stream.write(Buffer.concat([prefix, message]));
  ask();
  return { stream, ask };
}

const { certificate, key } = keyPair('localhost');

async function listenTls(): Promise<number> {
  const authenticate = () => admissionTo(FLEET);
  const tls = { address: '127.0.0.1', port: 0, certificate, key, authenticate };
  return (await ads.server.listenTls(tls)).port;
}

const connected = (): number => ads.server.summary(FLEET).connected;

describe('a client that stalls', () => {
  it.each(['a unix socket', 'TLS'])(
    'by not reading from %s is sent no more than one response, and its connection is closed',
    async (transport) => {
      const sent: XdsEvent[] = [];
      ads = await fixture({ limits: { socketStallMs: 1_000 }, onEvent: (event) => void sent.push(event) });
      ads.set(large(1));
      const port = await listenTls();
      const { stream, ask } = deaf(() =>
        transport === 'TLS'
          ? connectTls({ port, ca: certificate, servername: 'localhost', ALPNProtocols: ['h2'] })
          : connect(ads.socket),
      );
      const closed = once(stream, 'close');
      const other = ads.delta();
      other.subscribe(RDS, ['r']);
      await other.take(RDS);
      for (let edition = 2; edition <= 5; edition += 1) {
        ads.set(large(edition));
        ask();
        expect(await other.take(RDS)).toEqual({ names: ['r'], removed: [] });
      }
      await closed;
      expect(connected()).toBe(1);
      expect(ads.server.counters().stalled).toBe(1);
      expect(sent.filter((event) => event.kind === 'sent' && event.node === 'deaf')).toHaveLength(1);
      ads.set(large(9));
      expect((await other.take(RDS)).names).toEqual(['r']);
    },
  );

  it('by not answering is sent one response and told why it is ended, while others stay current', async () => {
    ads = await fixture({ limits: { answerStallMs: 400 } });
    ads.set(routes('r'));
    const mute = ads.delta();
    mute.subscribe(RDS, ['r']);
    const other = ads.delta();
    other.subscribe(RDS, ['r']);
    await other.take(RDS);
    let edition = 1;
    while (mute.ended === undefined) {
      edition += 1;
      ads.set(routes('r', edition));
      await other.take(RDS);
    }
    expect(mute.ended).toEqual(
      expect.objectContaining({
        code: status.DEADLINE_EXCEEDED,
        details: 'the client has not answered a response of type routes for 0.4 s',
      }),
    );
    expect(mute.received).toHaveLength(1);
    expect(edition).toBeGreaterThan(10);
    expect(connected()).toBe(1);
    expect(other.ended).toBeUndefined();
  });

  it('with the answer for clusters alone is Envoy while they warm, and has longer', async () => {
    ads = await fixture({ limits: { answerStallMs: 200, clusterStallMs: 1_500 } });
    ads.set(cluster('a', 1, [], true), endpoints('a'), routes('r'));
    const warming = ads.delta();
    warming.subscribe(CDS);
    await warming.next(CDS);
    warming.subscribe(EDS, ['a']);
    await warming.take(EDS);
    const mute = ads.delta();
    mute.subscribe(RDS, ['r']);
    // Both have kept the server waiting for as long as the one may.
    await mute.untilEnded();
    expect(warming.ended).toBeUndefined();
    expect((await warming.untilEnded()).details).toContain('type cluster');
  });
});

describe('a stream over TLS', () => {
  async function target(): Promise<() => DeltaClient> {
    const port = await listenTls();
    return () => {
      const address = `localhost:${port}`;
      const client = new DeltaClient({
        address,
        credentials: credentials.createSsl(Buffer.from(certificate)),
        token: TOKEN,
      });
      closers.push(() => client.close());
      return client;
    };
  }

  it('ends when it is old, and one that comes anew with what it has gets nothing but differences', async () => {
    ads = await fixture({ limits: { maxAgeMs: 300 } });
    ads.set(cluster('a'), cluster('b'));
    const connectAnew = await target();
    const local = ads.delta();
    local.subscribe(CDS);
    await local.take(CDS);
    const old = connectAnew();
    old.subscribe(CDS);
    const first = await old.next(CDS);
    old.ack(first);
    expect((await old.untilEnded()).code).toBe(status.OK);
    expect(ads.server.counters().aged).toBe(1);
    ads.set(cluster('a'), cluster('b', 2));
    const anew = connectAnew();
    anew.subscribe(CDS, [], Object.fromEntries(first.resources.map(({ name, version }) => [name, version])));
    expect((await anew.take(CDS)).names).toEqual(['b']);
    // A unix socket has one server: nothing is gained by coming anew.
    expect(local.ended).toBeUndefined();
  });

  it('does not end while a response is unanswered', async () => {
    ads = await fixture({ limits: { maxAgeMs: 200 } });
    ads.set(cluster('a'), routes('r'));
    const connectAnew = await target();
    const busy = connectAnew();
    busy.subscribe(RDS, ['r']);
    const response = await busy.next(RDS);
    // As long as two others live, which is longer than any one may.
    for (let lives = 0; lives < 2; lives += 1) {
      const idle = connectAnew();
      idle.subscribe(CDS);
      await idle.take(CDS);
      await idle.untilEnded();
    }
    expect(busy.ended).toBeUndefined();
    busy.ack(response);
    expect((await busy.untilEnded()).code).toBe(status.OK);
  });
});
