import { describe, expect, it } from '@jest/globals';
import type { Gateway, Listener, ListenerSet } from '../resources/index.js';
import { placeListeners } from './listener-precedence.js';

const gateway = (...listeners: readonly Listener[]): Gateway => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'gw', namespace: 'default' },
  spec: { gatewayClassName: 'windlass', listeners },
});
const set = (name: string, ...listeners: readonly Listener[]): ListenerSet => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'ListenerSet',
  metadata: { name, namespace: 'default' },
  spec: { parentRef: { name: 'gw' }, listeners },
});
const listener = (protocol: string, hostname = 'a.test', port = 443): Listener => ({
  name: protocol.toLowerCase(),
  port,
  protocol,
  ...(['TCP', 'UDP'].includes(protocol) ? {} : { hostname }),
});
/** Reason of the conflict of each listener, '' without one. */
const conflicts = (of: Gateway, ...sets: readonly ListenerSet[]): readonly string[] =>
  placeListeners(of, sets).map(({ conflicted }) => (conflicted.accepted ? '' : conflicted.reason));

// Ports are shared by hostname (HTTP; HTTPS and TLS by server name), or not at all (TCP); UDP has ports of its own.
const TOGETHER = [
  ['HTTP', 'HTTP', 'HostnameConflict'],
  ['HTTP', 'HTTPS', 'ProtocolConflict'],
  ['HTTP', 'TLS', 'ProtocolConflict'],
  ['HTTP', 'TCP', 'ProtocolConflict'],
  ['HTTP', 'UDP', ''],
  ['HTTPS', 'HTTPS', 'HostnameConflict'],
  ['HTTPS', 'TLS', 'HostnameConflict'],
  ['HTTPS', 'TCP', 'ProtocolConflict'],
  ['HTTPS', 'UDP', ''],
  ['TLS', 'TLS', 'HostnameConflict'],
  ['TLS', 'TCP', 'ProtocolConflict'],
  ['TLS', 'UDP', ''],
  ['TCP', 'TCP', 'ProtocolConflict'],
  ['TCP', 'UDP', ''],
] as const;

describe.each(TOGETHER)('%s and %s on one port with one hostname', (one, other, reason) => {
  it('clash within a Gateway, and neither wins', () => {
    const both = gateway(listener(one), { ...listener(other), name: 'other' });
    expect(conflicts(both)).toEqual([reason, reason]);
  });

  it('clash between a Gateway and a set, and the Gateway wins, whichever of them it has', () => {
    expect(conflicts(gateway(listener(one)), set('s', listener(other)))).toEqual(['', reason]);
    expect(conflicts(gateway(listener(other)), set('s', listener(one)))).toEqual(['', reason]);
  });

  it('clash between two sets, and the first wins', () => {
    const own = gateway(listener('HTTP', 'own.test', 80));
    expect(conflicts(own, set('s', listener(one)), set('t', listener(other)))).toEqual(['', '', reason]);
  });
});

describe('listeners of several objects', () => {
  it('share a port by hostname', () => {
    expect(
      conflicts(
        gateway(listener('HTTPS', 'a.test')),
        set('s', listener('HTTPS', 'b.test'), { ...listener('TLS', 'c.test'), name: 'x' }),
        set('t', listener('HTTPS', '*.test')),
      ),
    ).toEqual(['', '', '', '']);
  });

  it('compare hostnames without regard to case, and an empty one as none', () => {
    expect(
      conflicts(
        gateway(listener('HTTP', 'a.test', 80), { name: 'all', port: 81, protocol: 'HTTP' }),
        set('s', listener('HTTP', 'A.Test', 80), { name: 'all', port: 81, protocol: 'HTTP', hostname: '' }),
      ),
    ).toEqual(['', '', 'HostnameConflict', 'HostnameConflict']);
  });

  it('of protocols that nobody knows take no port from others', () => {
    expect(conflicts(gateway(listener('odd.test/QUIC')), set('s', listener('HTTPS')))).toEqual(['', '']);
  });
});
