import { describe, expect, it } from '@jest/globals';
import { externalFleets, SERVICE_ACCOUNTS_ANNOTATION } from './external-fleets.js';

const gateway = (
  namespace: string,
  name: string,
  accounts: string,
  creationTimestamp = '2026-01-01T00:00:00Z',
) => ({
  metadata: { namespace, name, creationTimestamp, annotations: { [SERVICE_ACCOUNTS_ANNOTATION]: accounts } },
});

describe('ServiceAccounts that a Gateway names', () => {
  it('get its configuration, all of them', () => {
    expect([...externalFleets([gateway('shop', 'edge', 'vm, other-vm ,')])]).toEqual([
      ['shop/vm', 'shop/edge'],
      ['shop/other-vm', 'shop/edge'],
    ]);
  });

  it('are those of its own namespace, whatever it writes', () => {
    const fleets = externalFleets([gateway('evil', 'trap', 'shop/vm,vm')]);
    expect(fleets.get('shop/vm')).toBeUndefined();
    expect(fleets.get('evil/vm')).toBe('evil/trap');
  });

  it('belong to the oldest Gateway that names them, then to the first by name', () => {
    const old = gateway('shop', 'z', 'vm', '2025-01-01T00:00:00Z');
    const [a, b] = [gateway('shop', 'a', 'vm,two'), gateway('shop', 'b', 'two')];
    for (const gateways of [
      [a, b, old],
      [old, b, a],
    ]) {
      expect(externalFleets(gateways).get('shop/vm')).toBe('shop/z');
      expect(externalFleets(gateways).get('shop/two')).toBe('shop/a');
    }
  });

  it('are none without the annotation', () => {
    expect(externalFleets([{ metadata: { namespace: 'shop', name: 'edge' } }]).size).toBe(0);
  });
});
