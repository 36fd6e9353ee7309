import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Authority } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask, startLoad } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone, type Status } from '../harness/windlass.js';
import { documents, service, tlsSecret } from '../harness/yaml.js';
import { http, https, listenerSet, ofSet, openGateway, routeTo } from './objects.js';

// What the ListenerSet tests of the conformance suite ask for, with a real Envoy: attachment across namespaces, precedence, certificates, and that nobody is
// harmed by what others do.

const PORT = 8080;
const EXTRA = 8081;
const SECURE = 8443;
const NAMES = ['own', 'red', 'blue'] as const;

let windlass: Standalone;
let address: string;
let authority: Authority;
let backends: readonly Backend[];

const gateway = (from = '{ from: All }'): string =>
  openGateway(
    'edge',
    from,
    http('web', PORT, 'own.test'),
    https('tls', SECURE, 'own.test', 'name: own-cert'),
  );

/** The red team comes first: its set is older. */
const red = (...more: readonly string[]): string =>
  listenerSet(
    'red/shop',
    'edge',
    '01',
    http('web', PORT, 'red.test'),
    http('extra', EXTRA, 'red.test'),
    https('tls', SECURE, 'red.test', 'name: cert'),
    http('disputed', PORT, 'disputed.test'),
    ...more,
  );
const blue = listenerSet(
  'blue/shop',
  'edge',
  '02',
  http('web', PORT, 'blue.test'),
  https('tls', SECURE, 'blue.test', 'name: cert'),
  http('disputed', PORT, 'disputed.test'),
  http('hijack', PORT, 'own.test'),
  https('clash', PORT, 'clash.test', 'name: cert'),
);

const inNamespace = (namespace: string, yaml: string): string =>
  yaml.replace(/metadata: \{ name: ([a-z-]+) \}/, `metadata: { name: $1, namespace: ${namespace} }`);

beforeAll(async () => {
  authority = await createAuthority();
  backends = await Promise.all(NAMES.map((name) => startBackend(name)));
  const [own, ofRed, ofBlue] = await Promise.all(
    ['own.test', 'red.test', 'blue.test'].map((name) => authority.issue(name, 'ecdsa')),
  );
  const secret = (name: string, pair = own): string =>
    tlsSecret(name, pair?.certificate ?? '', pair?.key ?? '');
  windlass = new Standalone({
    'gateway.yaml': gateway(),
    'red.yaml': red(),
    'blue.yaml': blue,
    'routes.yaml': documents(
      routeTo('default/own', '{ name: edge }', 'own'),
      routeTo('red/all', ofSet('shop'), 'red'),
      routeTo('blue/all', ofSet('shop'), 'blue'),
    ),
    'rest.yaml': documents(
      ...backends.map(({ name, port }) => service(name, port, name === 'own' ? 'default' : name)),
      secret('own-cert'),
      inNamespace('red', secret('cert', ofRed)),
      inNamespace('blue', secret('cert', ofBlue)),
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
  await conditionOf('ListenerSet', 'red', 'Programmed', 'True');
  await conditionOf('ListenerSet', 'blue', 'Programmed', 'True');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(backends.map((backend) => backend.close()));
}, 60_000);

async function statusOf(kind: string, namespace: string): Promise<Status['status'] | undefined> {
  return (await windlass.statuses()).find(({ ref }) => ref.kind === kind && ref.namespace === namespace)
    ?.status;
}

async function conditionOf(kind: string, namespace: string, type: string, wanted: string): Promise<string> {
  return await until(`${kind} of ${namespace} to be ${type} ${wanted}`, async () => {
    const status = await statusOf(kind, namespace);
    const found = status?.conditions?.find((each) => each.type === type);
    if (found?.status !== wanted) throw new Error(JSON.stringify(status) + windlass.log.slice(-1500));
    return found.reason;
  });
}

const get = (host: string, port = PORT) => ask({ address, port, host });
const getTls = (host: string) => ask({ address, port: SECURE, host, sni: host });

async function answers(host: string, wanted: string | number, port = PORT): Promise<void> {
  await until(`${host}:${port} to answer ${wanted}`, async () => {
    const { status, echo } = await get(host, port);
    if ((typeof wanted === 'number' ? status : echo?.backend) !== wanted)
      throw new Error(`${status} ${echo?.backend ?? ''}`);
    return true;
  });
}

/** Reasons of Accepted and Conflicted of each listener of a set. */
async function listenersOf(namespace: string): Promise<Readonly<Record<string, string>>> {
  const status = await statusOf('ListenerSet', namespace);
  const reason = (conditions: readonly { type: string; reason: string }[], type: string): string =>
    conditions.find((each) => each.type === type)?.reason ?? '';
  return Object.fromEntries(
    (status?.listeners ?? []).map(({ name, conditions }) => [
      name,
      `${reason(conditions, 'Accepted')} ${reason(conditions, 'Conflicted')}`,
    ]),
  );
}

describe('ListenerSets of several namespaces', () => {
  it('serve their hosts on the ports of the Gateway and on further ones', async () => {
    for (const [host, backend] of [
      ['own.test', 'own'],
      ['red.test', 'red'],
      ['blue.test', 'blue'],
    ] as const)
      expect((await get(host)).echo?.backend).toBe(backend);
    expect((await get('red.test', EXTRA)).echo?.backend).toBe('red');
    expect((await get('blue.test', EXTRA)).status).toBe(404);
    expect((await get('none.test')).status).toBe(404);
  });

  it('present certificates of their own namespace', async () => {
    for (const [host, backend] of [
      ['own.test', 'own'],
      ['red.test', 'red'],
      ['blue.test', 'blue'],
    ] as const) {
      const answer = await getTls(host);
      expect([answer.certificate, answer.echo?.backend]).toEqual([host, backend]);
    }
  });

  it('are counted in the status of the Gateway, which knows nothing else of them', async () => {
    const status = await statusOf('Gateway', 'default');
    expect(status).toMatchObject({ attachedListenerSets: 2 });
    expect(status?.listeners?.map(({ name }) => name)).toEqual(['web', 'tls']);
  });

  it('lose a hostname or a port to what comes first, each listener for itself', async () => {
    expect(await listenersOf('red')).toMatchObject({ disputed: 'Accepted NoConflicts' });
    expect(await listenersOf('blue')).toEqual({
      web: 'Accepted NoConflicts',
      tls: 'Accepted NoConflicts',
      disputed: 'HostnameConflict HostnameConflict',
      hijack: 'HostnameConflict HostnameConflict',
      clash: 'ProtocolConflict ProtocolConflict',
    });
    const lost = (await statusOf('ListenerSet', 'blue'))?.listeners?.slice(2) ?? [];
    for (const { conditions } of lost)
      expect(conditions.map(({ type, status }) => `${type} ${status}`)).toEqual(
        expect.arrayContaining(['Accepted False', 'Conflicted True', 'Programmed False']),
      );
    expect(await conditionOf('ListenerSet', 'blue', 'Accepted', 'True')).toBe('ListenersNotValid');
    expect((await get('disputed.test')).echo?.backend).toBe('red');
    expect((await get('own.test')).echo?.backend).toBe('own');
  });
});

describe('under traffic', () => {
  it('a set that goes harms no other, hands its hostname on, and takes it back', async () => {
    const loads = ['own.test', 'blue.test'].map((host) => startLoad({ address, port: PORT, host }));
    for (let round = 0; round < 3; round += 1) {
      windlass.write('red.yaml', '');
      await answers('red.test', 404);
      await answers('disputed.test', 'blue');
      await expect(getTls('red.test')).rejects.toThrow();
      windlass.write('red.yaml', red());
      await answers('disputed.test', 'red');
      await answers('red.test', 'red', EXTRA);
    }
    for (const load of loads) expect((await load.stop()).failures).toEqual([]);
    await until('TLS of red', async () =>
      (await getTls('red.test')).echo?.backend === 'red' ? true : undefined,
    );
  }, 60_000);

  it('allowedListeners that are tightened shut out the set concerned, at once and alone', async () => {
    const load = startLoad({ address, port: PORT, host: 'own.test' });
    const byName = (name: string): string =>
      `{ from: Selector, selector: { matchLabels: { kubernetes.io/metadata.name: ${name} } } }`;
    windlass.write('gateway.yaml', gateway(byName('red')));
    expect(await conditionOf('ListenerSet', 'blue', 'Accepted', 'False')).toBe('NotAllowed');
    await answers('blue.test', 404);
    expect((await get('red.test')).echo?.backend).toBe('red');
    const route = await statusOf('HTTPRoute', 'blue');
    expect(route?.parents?.[0]?.conditions.find(({ type }) => type === 'Accepted')?.reason).toBe(
      'NoMatchingParent',
    );
    windlass.write('gateway.yaml', gateway('{ from: Same }'));
    await answers('red.test', 404);
    expect(await statusOf('Gateway', 'default')).toMatchObject({ attachedListenerSets: 0 });
    windlass.write('gateway.yaml', gateway());
    await answers('blue.test', 'blue');
    await answers('red.test', 'red');
    expect((await load.stop()).failures).toEqual([]);
  }, 60_000);

  it('a certificate that breaks costs its own listener, until it is mended', async () => {
    const loads = ['red.test', 'own.test'].map((host) => startLoad({ address, port: PORT, host }));
    windlass.write('red.yaml', red(https('other', SECURE, 'other.red.test', 'name: none')));
    await until('the reason', async () => {
      const other = (await listenersOf('red'))['other'];
      return other === undefined ? undefined : true;
    });
    await expect(getTls('other.red.test')).rejects.toThrow();
    expect((await getTls('red.test')).certificate).toBe('red.test');
    expect(await conditionOf('ListenerSet', 'red', 'Accepted', 'True')).toBe('ListenersNotValid');
    const pair = await authority.issue('other.red.test', 'ecdsa');
    windlass.write('other.yaml', inNamespace('red', tlsSecret('none', pair.certificate, pair.key)));
    await until('TLS of other', async () =>
      (await getTls('other.red.test')).certificate === 'other.red.test' ? true : undefined,
    );
    windlass.write('red.yaml', red());
    for (const load of loads) expect((await load.stop()).failures).toEqual([]);
  }, 60_000);
});

describe('a certificate of another namespace', () => {
  const grant = (kind: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: certificates, namespace: default }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${kind}, namespace: green }], to: [{ group: "", kind: Secret }] }
`;

  it('is presented only with a grant to ListenerSets, and no longer when that is taken back', async () => {
    const set = listenerSet(
      'green/shop',
      'edge',
      '03',
      https('tls', SECURE, 'green.test', 'name: own-cert, namespace: default'),
    );
    windlass.write('green.yaml', documents(set, grant('Gateway')));
    expect(await conditionOf('ListenerSet', 'green', 'Accepted', 'False')).toBe('ListenersNotValid');
    await expect(getTls('green.test')).rejects.toThrow();
    windlass.write('green.yaml', documents(set, grant('ListenerSet')));
    await conditionOf('ListenerSet', 'green', 'Programmed', 'True');
    expect((await getTls('green.test')).certificate).toBe('own.test');
    windlass.write('green.yaml', set);
    await conditionOf('ListenerSet', 'green', 'Programmed', 'False');
    await until('the handshake to be refused', async () => {
      try {
        await getTls('green.test');
        return undefined;
      } catch {
        return true;
      }
    });
  }, 60_000);
});
