import { describe, expect, it } from '@jest/globals';
import { given, objects } from '../routing/testing/given.js';
import { closureFaults } from '../xds/index.js';
import { snapshotOf } from './snapshot.js';
import { encodedBy } from './testing/encoded-by.js';

// From YAML to bytes: what a change costs follows the size of the change.

const ROUTES = 3000;

const BASE = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: web }
spec:
  gatewayClassName: windlass
  listeners: [{ name: http, port: 80, protocol: HTTP }]
---
apiVersion: v1
kind: Service
metadata: { name: app }
spec: { ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: app-1, labels: { kubernetes.io/service-name: app } }
addressType: IPv4
endpoints: [{ addresses: [192.0.2.1] }]
ports: [{ port: 8080 }]
`;

/** @param timeout makes one version of the route differ from another */
function route(i: number, hosts: 'many' | 'one', timeout: string, resourceVersion = '1'): string {
  const hostname = hosts === 'many' ? `h${i}.example.com` : 'shop.example.com';
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: r${i}, resourceVersion: '${resourceVersion}' }
spec:
  parentRefs: [{ name: web }]
  hostnames: [${hostname}]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /r${i} } }]
      backendRefs: [{ name: app, port: 80 }]
      timeouts: { request: ${timeout} }
`;
}

describe.each(['many', 'one'] as const)('with 3,000 routes on %s host(s)', (hosts) => {
  const scenario = given(BASE);
  scenario.put(...Array.from({ length: ROUTES }, (_, i) => objects(route(i, hosts, '1s'))).flat());
  const first = snapshotOf(scenario.fleet());

  it('the snapshot is closed', () => {
    expect(closureFaults(first)).toEqual([]);
  });

  it('a touched object encodes nothing', () => {
    expect(encodedBy(() => snapshotOf(scenario.change(route(7, hosts, '1s', '2')).fleet()))).toEqual({});
  });

  it('a changed route encodes one route', () => {
    expect(encodedBy(() => snapshotOf(scenario.change(route(7, hosts, '2s')).fleet()))).toEqual({
      routes: 1,
      virtualHosts: 1,
      tables: 1,
      snapshots: 1,
    });
    const listener = 'gateway/default/web/80';
    expect(snapshotOf(scenario.fleet()).resources.listener.get(listener)).toBe(
      first.resources.listener.get(listener),
    );
  });

  it('a changed endpoint encodes its endpoint set alone', () => {
    const moved = BASE.replace('192.0.2.1', '192.0.2.2');
    expect(encodedBy(() => snapshotOf(scenario.change(moved).fleet()))).toEqual({
      endpoints: 1,
      snapshots: 1,
    });
  });
});
