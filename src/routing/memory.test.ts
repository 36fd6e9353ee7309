import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { given, type Scenario } from './testing/given.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function collected(reference: WeakRef<object>): Promise<boolean> {
  for (let tries = 0; tries < 50 && reference.deref() !== undefined; tries += 1) {
    // `deref` itself keeps its target until the current job ends.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return reference.deref() === undefined;
}

/** Remembers an object of the world and takes it away. */
function gone(s: Scenario, kind: 'HTTPRoute' | 'Gateway' | 'Service', name: string): WeakRef<object> {
  s.model();
  const reference = new WeakRef<object>(s.get(kind, name));
  s.remove(kind, name).model();
  // The library below keeps the last pair that anything iterated over.
  s.change(gateway(HTTP).replaceAll('gw', 'next')).model();
  return reference;
}

describe('a translator', () => {
  const world = gateway(HTTP) + services('a', 'b') + route('r', {}, to('a')) + route('q', {}, to('b'));

  it.each([
    ['HTTPRoute', 'r'],
    ['Service', 'a'],
    ['Gateway', 'gw'],
  ] as const)('forgets a deleted %s', async (kind, name) => {
    const s = given(world);
    expect(await collected(gone(s, kind, name))).toBe(true);
    expect(s.model().gateways.length).toBeGreaterThan(0);
  });
});
