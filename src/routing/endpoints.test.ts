import { describe, expect, it } from '@jest/globals';
import { given } from './testing/given.js';
import { gateway, HTTP, route } from './testing/yaml.js';

const SERVICE = `---
apiVersion: v1
kind: Service
metadata: { name: a }
spec: { ports: [{ name: web, port: 80 }, { name: admin, port: 81 }] }
`;

function slice(name: string, type: string, ports: string, ...endpoints: readonly string[]): string {
  return `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, labels: { kubernetes.io/service-name: a } }
addressType: ${type}
endpoints: [${endpoints.join(', ')}]
ports: [${ports}]
`;
}

const WEB = '{ name: web, port: 3000 }';

function endpoints(...slices: readonly string[]): readonly string[] {
  const s = given(
    gateway(HTTP) + SERVICE + slices.join('') + route('r', {}, '{ backendRefs: [{ name: a, port: 80 }] }'),
  );
  return (s.fleet().endpoints.get('default_a_80')?.endpoints ?? []).map(
    ({ address, port }) => `${address} ${port}`,
  );
}

describe('endpoints of a cluster', () => {
  it("have the slice's port of the Service port's name", () => {
    expect(
      endpoints(slice('s', 'IPv4', `${WEB}, { name: admin, port: 3001 }`, '{ addresses: [10.0.0.1] }')),
    ).toEqual(['10.0.0.1 3000']);
    expect(endpoints(slice('s', 'IPv4', '{ name: other, port: 3000 }', '{ addresses: [10.0.0.1] }'))).toEqual(
      [],
    );
  });

  it('come from all slices, of both families, sorted and once each', () => {
    const v4 = '{ addresses: [10.0.0.2] }, { addresses: [10.0.0.1] }';
    expect(
      endpoints(
        slice('s', 'IPv4', WEB, v4),
        slice('t', 'IPv4', WEB, '{ addresses: [10.0.0.1] }'),
        slice('u', 'IPv6', WEB, '{ addresses: ["fd00::1"] }'),
      ),
    ).toEqual(['10.0.0.1 3000', '10.0.0.2 3000', 'fd00::1 3000']);
  });

  it('are the same for a headless Service, and have the number a named targetPort stands for in the slice', () => {
    const headless = SERVICE.replace('spec: {', 'spec: { clusterIP: None,').replace(
      'port: 80 }',
      'port: 80, targetPort: web }',
    );
    const s = given(
      gateway(HTTP) +
        headless +
        slice('s', 'IPv4', WEB, '{ addresses: [10.0.0.1] }') +
        slice('t', 'IPv4', '{ name: web, port: 3005 }', '{ addresses: [10.0.0.2] }') +
        route('r', {}, '{ backendRefs: [{ name: a, port: 80 }] }'),
    );
    expect(s.fleet().endpoints.get('default_a_80')?.endpoints).toEqual([
      { address: '10.0.0.1', port: 3000 },
      { address: '10.0.0.2', port: 3005 },
    ]);
  });

  it('of several addresses have the first, without ports none, by name none', () => {
    expect(
      endpoints(
        slice('s', 'IPv4', WEB, '{ addresses: [10.0.0.1, 10.0.0.9] }'),
        slice('t', 'IPv4', '', '{ addresses: [10.0.0.2] }'),
        slice('u', 'IPv4', '{ name: web }', '{ addresses: [10.0.0.3] }'),
        slice('v', 'IPv4', '{ name: web, port: 53, protocol: UDP }', '{ addresses: [10.0.0.4] }'),
        slice('w', 'FQDN', WEB, '{ addresses: [a.example.com] }'),
      ),
    ).toEqual(['10.0.0.1 3000']);
  });

  it('that one slice has as ready and another not are ready', () => {
    const old = '{ addresses: [10.0.0.1], conditions: { ready: false } }';
    const now = '{ addresses: [10.0.0.1], conditions: { ready: true } }';
    expect(endpoints(slice('s', 'IPv4', WEB, now), slice('t', 'IPv4', WEB, old))).toEqual(['10.0.0.1 3000']);
  });

  it('that are not ready are left out', () => {
    const notReady = '{ addresses: [10.0.0.2], conditions: { ready: false, serving: false } }';
    expect(endpoints(slice('s', 'IPv4', WEB, '{ addresses: [10.0.0.1] }', notReady))).toEqual([
      '10.0.0.1 3000',
    ]);
  });

  it('that serve while they terminate are taken only when nothing is ready', () => {
    const ready = '{ addresses: [10.0.0.1], conditions: { ready: true } }';
    const leaving =
      '{ addresses: [10.0.0.2], conditions: { ready: false, serving: true, terminating: true } }';
    expect(endpoints(slice('s', 'IPv4', WEB, ready, leaving))).toEqual(['10.0.0.1 3000']);
    expect(endpoints(slice('s', 'IPv4', WEB, leaving))).toEqual(['10.0.0.2 3000']);
  });

  it('without conditions are ready and do not terminate; serving unless they say otherwise', () => {
    const unknown = '{ addresses: [10.0.0.1], conditions: {} }';
    const leaving = '{ addresses: [10.0.0.2], conditions: { ready: false, terminating: true } }';
    const gone = '{ addresses: [10.0.0.3], conditions: { ready: false, serving: false, terminating: true } }';
    expect(endpoints(slice('s', 'IPv4', WEB, unknown, leaving, gone))).toEqual(['10.0.0.1 3000']);
    expect(endpoints(slice('s', 'IPv4', WEB, leaving, gone))).toEqual(['10.0.0.2 3000']);
  });

  it('that terminate and are published as ready all the same are ready (publishNotReadyAddresses)', () => {
    const ready = '{ addresses: [10.0.0.1], conditions: { ready: true } }';
    const published =
      '{ addresses: [10.0.0.2], conditions: { ready: true, serving: false, terminating: true } }';
    expect(endpoints(slice('s', 'IPv4', WEB, ready, published))).toEqual(['10.0.0.1 3000', '10.0.0.2 3000']);
  });

  it('that are neither ready nor terminating are left out even when nothing else is left', () => {
    const starting = '{ addresses: [10.0.0.1], conditions: { ready: false, serving: true } }';
    expect(endpoints(slice('s', 'IPv4', WEB, starting))).toEqual([]);
  });
});
