import { describe, expect, it } from '@jest/globals';
import { ingest } from './index.js';

const valid = { name: 'web', port: 80, protocol: 'HTTP' };

/** Paths and messages of what is wrong with a ListenerSet. */
function faultsOf(listeners: unknown, spec: object = { parentRef: { name: 'gw' } }): string {
  const { object, faults } = ingest({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'ListenerSet',
    metadata: { name: 's' },
    spec: { ...spec, listeners },
  });
  expect(object === undefined).toBe(faults.some(({ severity }) => severity === 'error'));
  return faults.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
}

describe('a ListenerSet', () => {
  it('gets the defaults of the API', () => {
    const { object } = ingest({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ListenerSet',
      metadata: { name: 's' },
      spec: { parentRef: { name: 'gw' }, listeners: [valid] },
    });
    expect(object).toMatchObject({
      metadata: { namespace: 'default' },
      spec: {
        parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw' },
        listeners: [{ ...valid, allowedRoutes: { namespaces: { from: 'Same' } } }],
      },
    });
  });

  it.each([
    ['no listener', []],
    ['65 listeners', Array.from({ length: 65 }, (_, i) => ({ ...valid, name: `l${i}`, port: 1000 + i }))],
    ['two listeners of one name', [valid, { ...valid, port: 81 }]],
    ['two listeners with one port, protocol and hostname', [valid, { ...valid, name: 'other' }]],
    ['no port', [{ name: 'web', protocol: 'HTTP' }]],
    ['a port out of range', [{ ...valid, port: 65536 }]],
    ['TLS with HTTP', [{ ...valid, tls: { certificateRefs: [{ name: 'c' }] } }]],
    ['passthrough with HTTPS', [{ ...valid, protocol: 'HTTPS', tls: { mode: 'Passthrough' } }]],
    ['neither certificates nor options', [{ ...valid, protocol: 'HTTPS', tls: { mode: 'Terminate' } }]],
    ['TLS without a mode', [{ ...valid, protocol: 'TLS' }]],
    ['a hostname with TCP', [{ ...valid, protocol: 'TCP', hostname: 'a.test' }]],
    ['a hostname that is none', [{ ...valid, hostname: 'a_b' }]],
    ['a name that is none', [{ ...valid, name: 'A/b' }]],
  ])('with %s is refused', (_what, listeners) => {
    expect(faultsOf(listeners)).not.toBe('');
  });

  it('without a parent is refused', () => {
    expect(faultsOf([valid], {})).toContain('parentRef');
  });
});
