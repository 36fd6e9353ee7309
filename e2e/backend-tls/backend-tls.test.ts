import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { createAuthority, type Authority, type KeyPair } from '../harness/authority.js';
import { ask, type Answer } from '../harness/request.js';
import { startTlsBackend, type Arrival, type TlsBackend } from '../harness/tls-backend.js';
import { until } from '../harness/until.js';
import { Standalone, type Condition } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { caConfigMap, policy, routeTo, type PolicyOptions } from './objects.js';

// BackendTLSPolicy, and what BackendTLSPolicy, -SANValidation, -InvalidCACertificateRef, -InvalidKind, -ConflictResolution and
// -ObservedGenerationBump of the conformance suite ask for.

const port = 8080;
const SPIFFE = 'spiffe://test/ns/default/sa/a';
let windlass: Standalone;
let ca: Authority;
let address: string;
/** Knows nothing of TLS. */
let deaf: Backend;
let backends: ReadonlyMap<string, TlsBackend>;

interface Case {
  readonly appProtocol?: string;
  readonly protocol?: 'http2';
  /** Undefined: no policy. */
  readonly policy: PolicyOptions | undefined;
  /** What its certificate is: of the right CA for a.test, unless this says otherwise. */
  readonly certificate?: 'right' | 'other CA' | 'other host' | 'expired' | 'URI' | 'wildcard';
  readonly answers: 200 | 500 | 503;
}

/** By the name of the Service, which is also the path that leads there. */
const CASES: Readonly<Record<string, Case>> = {
  right: { policy: {}, answers: 200 },
  https: { policy: {}, appProtocol: 'https', answers: 200 },
  wss: { policy: {}, appProtocol: 'kubernetes.io/wss', answers: 200 },
  h2: { policy: {}, appProtocol: 'kubernetes.io/h2c', protocol: 'http2', answers: 200 },
  wildcard: { policy: { hostname: 'x.a.test' }, certificate: 'wildcard', answers: 200 },
  'other-ca': { policy: {}, certificate: 'other CA', answers: 503 },
  'other-host': { policy: {}, certificate: 'other host', answers: 503 },
  expired: { policy: {}, certificate: 'expired', answers: 503 },
  uri: { policy: { names: `[{ type: URI, uri: "${SPIFFE}" }]` }, certificate: 'URI', answers: 200 },
  'uri-missing': { policy: { names: `[{ type: URI, uri: "${SPIFFE}" }]` }, answers: 503 },
  'alt-host': {
    policy: { names: '[{ type: Hostname, hostname: b.test }]' },
    certificate: 'other host',
    answers: 200,
  },
  // With alternative names the hostname verifies nothing.
  'alt-only': { policy: { names: '[{ type: Hostname, hostname: b.test }]' }, answers: 503 },
  'alt-wildcard': {
    policy: { names: '[{ type: Hostname, hostname: "*.test" }]' },
    certificate: 'other host',
    answers: 200,
  },
  system: { policy: { ca: 'System' }, answers: 200 },
  'system-other-ca': { policy: { ca: 'System' }, certificate: 'other CA', answers: 503 },
  'no-ca': { policy: { ca: 'none' }, answers: 500 },
  'bad-ca': { policy: { ca: 'bad' }, answers: 500 },
  'https-alone': { policy: undefined, appProtocol: 'https', answers: 500 },
  plain: { policy: undefined, answers: 200 },
};

beforeAll(async () => {
  ca = await createAuthority();
  const other = await createAuthority();
  const pairOf = ({ certificate = 'right' }: Case): Promise<KeyPair> => {
    switch (certificate) {
      case 'other CA':
        return other.issue('a.test', 'ecdsa');
      case 'other host':
        return ca.issue('b.test', 'ecdsa');
      case 'expired':
        return ca.issue('a.test', 'ecdsa', { isExpired: true });
      case 'URI':
        return ca.issue('b.test', 'ecdsa', { uris: [SPIFFE] });
      case 'wildcard':
        return ca.issue('*.a.test', 'rsa');
      case 'right':
        return ca.issue('a.test', 'ecdsa');
    }
  };
  backends = new Map(
    await Promise.all(
      Object.entries(CASES).map(async ([name, each]) => {
        const options = each.protocol === undefined ? {} : { protocol: each.protocol };
        return [name, await startTlsBackend(name, await pairOf(each), options)] as const;
      }),
    ),
  );
  deaf = await startBackend('deaf');
  const names = Object.keys(CASES);
  const services = Object.entries(CASES).map(([name, { appProtocol = 'http' }]) =>
    service(name, backends.get(name)?.port ?? 0, 'default', appProtocol),
  );
  const policies = Object.entries(CASES).flatMap(([name, each]) =>
    each.policy === undefined ? [] : [policy(name, each.policy)],
  );
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', port),
      ...services,
      service('deaf', deaf.port),
      routeTo(names.slice(0, 10), 'some'),
      routeTo([...names.slice(10), 'deaf'], 'others'),
    ),
    'policies.yaml': documents(
      policy('deaf'),
      ...policies,
      caConfigMap('ca', ca.certificate),
      caConfigMap('bad', 'nonsense'),
    ),
  });
  const trusted = join(windlass.scratch, 'trusted.pem');
  writeFileSync(trusted, ca.certificate);
  windlass.environment = { SSL_CERT_FILE: trusted, SSL_CERT_DIR: windlass.scratch };
  await windlass.start();
  address = await windlass.address('edge');
}, 120_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([deaf, ...backends.values()].map((backend) => backend.close()));
}, 60_000);

async function get(name: string): Promise<Answer> {
  return await ask({ address, port, host: 'shop.test', path: `/${name}` });
}

function arrival({ body }: Answer): Arrival {
  return JSON.parse(body) as Arrival;
}

async function conditionsOf(name: string): Promise<readonly Condition[]> {
  return (await windlass.status('BackendTLSPolicy', name))?.ancestors?.[0]?.conditions ?? [];
}

async function said(name: string): Promise<Readonly<Record<string, string>>> {
  const conditions = await conditionsOf(name);
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

describe('TLS to backends', () => {
  it.each(Object.entries(CASES))(
    'to %s answers as the policy says',
    async (name, { answers, policy: own }) => {
      const answer = await get(name);
      expect([answer.status, answer.body.slice(0, 200)]).toEqual([answers, expect.anything()]);
      const backend = backends.get(name);
      if (own === undefined) return;
      expect(backend?.plaintextConnections()).toBe(0);
      if (answers === 200) expect(arrival(answer).over).toBe(own.hostname ?? 'a.test');
      else expect(backend?.arrivals).toEqual([]);
    },
  );

  it('to a backend that knows no TLS is no request', async () => {
    expect((await get('deaf')).status).toBe(503);
    expect(deaf.received).toEqual([]);
  });

  it('speaks HTTP/2 where the Service says so', async () => {
    expect(arrival(await get('h2'))).toMatchObject({ over: 'a.test', protocol: '2.0' });
  });

  it('is told in the status of the policy, for each Gateway', async () => {
    const [ancestor, ...others] = (await windlass.status('BackendTLSPolicy', 'right'))?.ancestors ?? [];
    expect(others).toEqual([]);
    expect(ancestor?.ancestorRef.name).toBe('edge');
    expect(ancestor?.controllerName).toBe('windlass.io/gateway-controller');
    expect(await said('right')).toEqual({ Accepted: 'True Accepted', ResolvedRefs: 'True ResolvedRefs' });
    for (const name of ['no-ca', 'bad-ca'])
      expect(await said(name)).toEqual({
        Accepted: 'False NoValidCACertificate',
        ResolvedRefs: 'False InvalidCACertificateRef',
      });
  });

  it('follows a ConfigMap that comes and goes', async () => {
    windlass.write('more.yaml', caConfigMap('none', ca.certificate));
    await until('the CA to be used', async () => ((await get('no-ca')).status === 200 ? true : undefined));
    expect(await said('no-ca')).toEqual({ Accepted: 'True Accepted', ResolvedRefs: 'True ResolvedRefs' });
    windlass.write('more.yaml', caConfigMap('none', ''));
    await until('the CA to be gone', async () => ((await get('no-ca')).status === 500 ? true : undefined));
    expect(backends.get('no-ca')?.plaintextConnections()).toBe(0);
  }, 60_000);

  it('stays as it is when a later policy wants the same Service', async () => {
    windlass.write('more.yaml', policy('right', { name: 'z-late', hostname: 'b.test' }));
    await until('the status of the later one', async () =>
      (await said('z-late'))['Accepted'] === 'False Conflicted' ? true : undefined,
    );
    expect((await said('right'))['Accepted']).toBe('True Accepted');
    expect((await get('right')).status).toBe(200);
  }, 60_000);

  it('does not come about by a CA of another kind', async () => {
    windlass.write('more.yaml', policy('plain', { ca: 'cas', caKind: 'Secret' }));
    await until('the policy to be in force', async () =>
      (await get('plain')).status === 500 ? true : undefined,
    );
    await until('its status', async () =>
      (await said('plain'))['ResolvedRefs'] === 'False InvalidKind' ? true : undefined,
    );
    expect((await said('plain'))['Accepted']).toBe('False NoValidCACertificate');
  }, 60_000);

  it('tells which generation of the policy it is about', async () => {
    const observed = async () => (await conditionsOf('plain'))[0]?.observedGeneration ?? 0;
    const before = await observed();
    windlass.write('more.yaml', policy('plain', { ca: 'others', caKind: 'Secret' }));
    await until('the next generation', async () => ((await observed()) > before ? true : undefined));
  }, 60_000);
});
