// ExternalDNS finds the names of all kinds of route with the addresses of their Gateway, and loses them when they are not served any more.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask } from '../../harness/request.js';
import { until } from '../../harness/until.js';
import { unusedPort } from '../../harness/port.js';
import { runBackend } from '../backend.js';
import { World } from '../world.js';
import { startDnsProvider, type DnsProvider } from './dns-provider.js';
import { guideBlocks } from './guide.js';
import { KUBECONFIG, run, type Running } from './running.js';

jest.setTimeout(240_000);

const FOUND_MS = 60_000;
const OTHER_ADDRESS = '198.19.200.231';
const [database = ''] = guideBlocks('ExternalDNS', 1);

let world: World;
let address: string;
let provider: DnsProvider;
let externalDns: Running | undefined;

beforeAll(async () => {
  world = await World.open('external-dns');
  for (const name of ['shop', 'database']) await runBackend(world, name, { replicas: 1 });
  await world.put(gateway('*.example.com'));
  await world.put(database);
  await world.put(ROUTES);
  address = await world.programmed('edge');
  provider = await startDnsProvider();
  externalDns = await run(
    'external-dns',
    [
      ...['httproute', 'grpcroute', 'tlsroute', 'tcproute', 'udproute'].map(
        (kind) => `--source=gateway-${kind}`,
      ),
      ...['--gateway-listener-sets', '--events', '--min-event-sync-interval=500ms', '--interval=5s'],
      ...[`--namespace=${world.namespace}`, `--kubeconfig=${KUBECONFIG}`],
      ...['--provider=webhook', `--webhook-provider-url=${provider.url}`],
      // Who owns a record is not what this is about: what is not wanted any more goes.
      ...['--registry=noop', '--policy=sync', `--metrics-address=127.0.0.1:${await unusedPort()}`],
    ],
    { ready: /config:/ },
  );
});

afterAll(async () => {
  await externalDns?.stop();
  await provider.close();
  await world.close();
});

describe('ExternalDNS', () => {
  it('finds every name that a route and a listener have in common, at the address of the Gateway', async () => {
    const names = ['www', 'api', 'secure', 'database', 'telemetry', 'team'];
    await found(Object.fromEntries(names.map((name) => [`${name}.example.com A`, [address]])));
  });

  it('gave an address that answers by that name', async () => {
    const [target = ''] = provider.records()['www.example.com A'] ?? [];
    const answer = await ask({ address: target, port: 80, host: 'www.example.com' });
    expect(answer.body).toMatch(/^{"pod":"shop-/);
  });

  it('loses the names of a route that is deleted', async () => {
    await world.remove('UDPRoute', 'telemetry');
    await until('its record is gone', () => !('telemetry.example.com A' in provider.records()) || undefined);
  });

  it('loses names when their listener matches them no longer', async () => {
    await world.put(gateway('*.example.org'));
    await found({
      'database.example.com A': [address],
      'secure.example.com A': [address],
      'team.example.com A': [address],
    });
    await world.put(gateway('*.example.com'));
    await until('they are back', () => 'www.example.com A' in provider.records() || undefined, FOUND_MS);
  });

  it('follows a Gateway to another address', async () => {
    await world.patch('Gateway', 'edge', { spec: { addresses: [{ value: OTHER_ADDRESS }] } });
    const names = ['www', 'api', 'secure', 'database', 'team'];
    await found(Object.fromEntries(names.map((name) => [`${name}.example.com A`, [OTHER_ADDRESS]])));
    const answer = await ask({ address: OTHER_ADDRESS, port: 80, host: 'www.example.com' });
    expect(answer.body).toMatch(/^{"pod":"shop-/);
  });
});

/** Waits until these are all records, and no others. */
async function found(expected: Readonly<Record<string, readonly string[]>>): Promise<void> {
  await until(
    'the records',
    () => {
      expect(provider.records()).toEqual(expected);
      return true;
    },
    FOUND_MS,
    100,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${externalDns?.log().slice(-1500) ?? ''}`);
  });
}

function gateway(hostname: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  allowedListeners: { namespaces: { from: Same } }
  listeners:
    - { name: http, port: 80, protocol: HTTP, hostname: '${hostname}' }
    - { name: secure, port: 8443, protocol: TLS, hostname: '*.example.com', tls: { mode: Passthrough } }
    - { name: database, port: 5432, protocol: TCP }
    - { name: telemetry, port: 4000, protocol: UDP }
`;
}

/** The HTTPRoute has a name, too, that is not the listener's; one route has no parent that there is. */
const ROUTES = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: www }
spec:
  parentRefs: [{ name: edge, sectionName: http }]
  hostnames: [www.example.com, www.elsewhere.test]
  rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: lost }
spec:
  parentRefs: [{ name: nothing }]
  hostnames: [lost.example.com]
  rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: api }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [api.example.com]
  rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: { name: secure }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [secure.example.com]
  rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: UDPRoute
metadata:
  name: telemetry
  annotations: { external-dns.kubernetes.io/hostname: telemetry.example.com }
spec:
  parentRefs: [{ name: edge }]
  rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: team }
spec:
  parentRef: { name: edge }
  listeners: [{ name: team, port: 8080, protocol: HTTP, hostname: team.example.com }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: team }
spec:
  parentRefs: [{ kind: ListenerSet, name: team }]
  rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
`;
