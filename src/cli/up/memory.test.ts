import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { snapshotOf } from '../../envoy/index.js';
import type { GatewayModel } from '../../routing/index.js';
import { given, type Scenario } from '../../routing/testing/given.js';
import { gateway, HTTP, route, services, to } from '../../routing/testing/yaml.js';
import { nextProgress, statusesOf, type Statuses } from '../../status/index.js';
import { resourceBytes, type Snapshot } from '../../xds/index.js';

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

describe('what is made of the model', () => {
  const world =
    gateway(HTTP) + services('a', 'b') + route('r', {}, to('a', '/r')) + route('q', {}, to('a', '/q'));

  const said = { fleet: 'default/gw', connected: 1, counted: 1, accepted: {}, rejected: [] };

  /** Holds on to the newest alone. */
  function follow(s: Scenario) {
    let snapshot: Snapshot | undefined;
    let statuses: Statuses | undefined;
    return {
      next: (): GatewayModel => {
        const model = s.model();
        const [only] = model.gateways;
        if (only?.fleet === undefined) throw new Error('no fleet');
        snapshot = snapshotOf(only.fleet, snapshot);
        for (const of of Object.values(snapshot.resources))
          for (const each of of.values()) resourceBytes(each);
        statuses = statusesOf(
          model,
          new Map([['default/gw', nextProgress(undefined, only, said, 0)]]),
          'c',
          statuses,
        );
        return only;
      },
    };
  }

  /** Something of the first moment, of which the Gateway and a rule stay. */
  async function isForgotten(pick: (model: GatewayModel) => object | undefined): Promise<boolean> {
    const s = given(world);
    const { next } = follow(s);
    const remember = (): WeakRef<object> => new WeakRef(pick(next()) ?? {});
    const earlier = remember();
    for (const path of ['/1', '/2', '/3']) {
      s.change(route('q', {}, to('b', path)));
      next();
    }
    const forgotten = await collected(earlier);
    expect(next().listeners.length).toBe(1);
    return forgotten;
  }

  it.each([
    ['model', (model: GatewayModel) => model],
    ['fleet', (model: GatewayModel) => model.fleet],
    ['snapshot', (model: GatewayModel) => model.fleet && snapshotOf(model.fleet)],
    ['table', (model: GatewayModel) => model.fleet?.ports[0]?.tables[0]],
  ] as const)('keeps no earlier %s, though rules of its moment are in use', async (_, pick) => {
    expect(await isForgotten(pick)).toBe(true);
  });
});
