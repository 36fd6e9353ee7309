import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ofAllReplicas, type FleetAcknowledgements } from '../../status/index.js';
import { createMetrics, silentLogger } from '../../telemetry/index.js';
import { until } from '../../../e2e/harness/until.js';
import { issueCertificate, type Issued } from '../../certificates/index.js';
import { startDigestServer, type DigestServer, type DigestServerLimits } from './digest-server.js';
import { followReplicas, type ReplicaLimits, type Replicas } from './replicas.js';

const NAME = 'windlass-xds.windlass-system.svc';
const ADDRESS = '127.0.0.1';
const TOKEN = 'of-a-replica';
let issued: Issued;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  issued = await issueCertificate({ hosts: [NAME], days: 1, keyType: 'ecdsa', now: new Date() });
});

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function serving(limits: Partial<DigestServerLimits> = {}, port = 0): Promise<DigestServer> {
  const server = await startDigestServer({
    ...{ host: ADDRESS, port, limits, logger: silentLogger },
    certificate: { cert: issued.certificate, key: issued.key },
    authenticate: (token) => Promise.resolve(token === TOKEN),
  });
  ends.push(() => server.close());
  return server;
}

interface Following {
  readonly replicas: Replicas;
  /** How often something changed. */
  changes: number;
}

function following(
  port: number,
  options: {
    readonly token?: () => string;
    readonly limits?: Partial<ReplicaLimits>;
    readonly ca?: string;
  } = {},
): Following {
  const { token = () => TOKEN, limits = {}, ca = issued.ca } = options;
  const replicas = followReplicas({
    ...{ port, serverName: NAME, logger: silentLogger, metrics: createMetrics() },
    ca: () => Promise.resolve(ca),
    token: () => Promise.resolve(token()),
    onChange: () => (made.changes += 1),
    limits: { firstWaitMs: 5, longestWaitMs: 20, ...limits },
  });
  const made: Following = { replicas, changes: 0 };
  ends.push(() => replicas.stop());
  replicas.follow([ADDRESS]);
  return made;
}

const digest = (
  fleet: string,
  connected: number,
  accepted = connected,
  generation = 1,
): FleetAcknowledgements => ({
  ...{
    fleet,
    connected,
    counted: connected,
    accepted: { '': { generation, count: accepted } },
    rejected: [],
  },
});
const digests = (...all: readonly FleetAcknowledgements[]): ReadonlyMap<string, FleetAcknowledgements> =>
  new Map(all.map((each) => [each.fleet, each]));
const counts = ({ replicas }: Following, fleet = 'ns/gw') =>
  replicas.others(fleet).digests.map(({ connected }) => connected);
const hears = async (who: Following, connected: number, fleet = 'ns/gw'): Promise<unknown> =>
  await until(`it hears of ${connected}`, () => (counts(who, fleet)[0] === connected ? true : undefined));
const unknown = ({ replicas }: Following) => replicas.others('ns/gw').unknown;

describe('a replica', () => {
  it('hears all that another knows, then each change within a tenth of a second', async () => {
    const server = await serving();
    server.publish(digests(digest('ns/gw', 2), digest('ns/other', 1)));
    const follower = following(server.port);
    await hears(follower, 2);
    await hears(follower, 1, 'ns/other');
    const times: number[] = [];
    for (const connected of [3, 4, 5, 6, 7]) {
      const begun = performance.now();
      server.publish(digests(digest('ns/gw', connected), digest('ns/other', 1)));
      await until('it hears of it', () => (counts(follower)[0] === connected ? true : undefined), 5000, 1);
      times.push(performance.now() - begun);
    }
    expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(100);
    server.publish(digests(digest('ns/gw', 7)));
    await until('the fleet is gone', () => (counts(follower, 'ns/other').length === 0 ? true : undefined));
  });

  it('counts the Envoys of all, and what they have accepted', async () => {
    const server = await serving();
    server.publish(digests(digest('ns/gw', 2, 1)));
    const follower = following(server.port);
    await hears(follower, 2);
    const { digests: others, unknown: silent } = follower.replicas.others('ns/gw');
    expect(ofAllReplicas(digest('ns/gw', 1), others, silent)).toMatchObject({
      ...{ connected: 3, counted: 3, accepted: { '': { generation: 1, count: 2 } } },
    });
  });

  it('is told only what changes, and once what changes at once', async () => {
    const server = await serving({ heartbeatMs: 10 });
    server.publish(digests(digest('ns/gw', 0)));
    const follower = following(server.port);
    await hears(follower, 0);
    const before = follower.changes;
    for (let i = 1; i <= 50; i += 1) server.publish(digests(digest('ns/gw', i)));
    await hears(follower, 50);
    // Signs of life are no changes.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(follower.changes - before).toBe(1);
  });

  it('without the right token hears nothing', async () => {
    const server = await serving();
    server.publish(digests(digest('ns/gw', 2)));
    let token = 'of somebody else';
    const follower = following(server.port, { token: () => token });
    await until('it is given up', () => undefined, 200).catch(() => undefined);
    expect(counts(follower)).toEqual([]);
    expect(unknown(follower)).toEqual({ awaited: 1, silent: 0 });
    // It is read anew for every try.
    token = TOKEN;
    await hears(follower, 2);
  });

  it('does not speak to whoever has no certificate of ours', async () => {
    const server = await serving();
    server.publish(digests(digest('ns/gw', 2)));
    const other = await issueCertificate({ hosts: [NAME], days: 1, keyType: 'ecdsa', now: new Date() });
    const follower = following(server.port, { ca: other.ca, limits: { unheardMs: 100 } });
    await until('it is silent', () => (unknown(follower).silent === 1 ? true : undefined));
    expect(counts(follower)).toEqual([]);
  });

  it('that cannot be heard any more counts as it was, then as unknown, and again when it is back', async () => {
    const server = await serving();
    server.publish(digests(digest('ns/gw', 2)));
    const follower = following(server.port, { limits: { unheardMs: 400 } });
    await hears(follower, 2);
    const { port } = server;
    await server.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([counts(follower), unknown(follower)]).toEqual([[2], { awaited: 0, silent: 0 }]);
    await until('it is silent', () => (unknown(follower).silent === 1 ? true : undefined));
    expect(counts(follower)).toEqual([]);
    const again = await serving({}, port);
    again.publish(digests(digest('ns/gw', 3)));
    await hears(follower, 3);
    expect(unknown(follower)).toEqual({ awaited: 0, silent: 0 });
  });

  it('that says nothing at all is silent', async () => {
    const server = await serving({ heartbeatMs: 60_000 });
    server.publish(digests(digest('ns/gw', 2)));
    const follower = following(server.port, { limits: { silenceMs: 100, unheardMs: 100_000 } });
    await hears(follower, 2);
    const before = follower.changes;
    // The connection counts as dead, and a new one is made.
    await until('it asks again', () => (follower.changes >= before + 2 ? true : undefined));
    expect(counts(follower)).toEqual([2]);
  });

  it('says nothing behind the end of a stream, even when all its timers are late at once', async () => {
    const server = await serving({ streamMs: 50, heartbeatMs: 55 });
    const follower = following(server.port);
    for (const connected of [1, 2, 3]) {
      server.publish(digests(digest('ns/gw', connected)));
      await hears(follower, connected);
      const busy = performance.now() + 150;
      while (performance.now() < busy);
    }
    server.publish(digests(digest('ns/gw', 4)));
    await hears(follower, 4);
  });

  it('is trusted no longer than its stream lasts, and misses nothing when it asks again', async () => {
    const server = await serving({ streamMs: 50 });
    server.publish(digests(digest('ns/gw', 1)));
    const tokens: string[] = [];
    const follower = following(server.port, {
      token: () => {
        tokens.push(TOKEN);
        return TOKEN;
      },
    });
    await hears(follower, 1);
    await until('it asks anew', () => (tokens.length >= 4 ? true : undefined));
    server.publish(digests(digest('ns/gw', 2)));
    await hears(follower, 2);
    expect(unknown(follower)).toEqual({ awaited: 0, silent: 0 });
  });

  it('awaits another before it is known who the others are, for a while', async () => {
    const follow = (unheardMs: number): Replicas => {
      const replicas = followReplicas({
        ...{
          port: 1,
          serverName: NAME,
          logger: silentLogger,
          metrics: createMetrics(),
          limits: { unheardMs },
        },
        ...{ ca: () => Promise.resolve(''), token: () => Promise.resolve(''), onChange: () => undefined },
      });
      ends.push(() => replicas.stop());
      return replicas;
    };
    const one = follow(100_000);
    expect(one.others('ns/gw').unknown).toEqual({ awaited: 1, silent: 0 });
    one.follow([]);
    expect(one.others('ns/gw').unknown).toEqual({ awaited: 0, silent: 0 });
    const two = follow(50);
    await until('it awaits nobody', () => (two.others('ns/gw').unknown.awaited === 0 ? true : undefined));
  });

  it('that is no more is forgotten at once', async () => {
    const server = await serving();
    server.publish(digests(digest('ns/gw', 2)));
    const follower = following(server.port);
    await hears(follower, 2);
    follower.replicas.follow([]);
    expect([counts(follower), unknown(follower)]).toEqual([[], { awaited: 0, silent: 0 }]);
  });

  it('shows a certificate that was renewed while it serves', async () => {
    const server = await serving();
    server.publish(digests(digest('ns/gw', 2)));
    issued = await issueCertificate({ hosts: [NAME], days: 1, keyType: 'ecdsa', now: new Date() });
    server.setCertificate({ cert: issued.certificate, key: issued.key });
    await hears(following(server.port), 2);
  });
});
