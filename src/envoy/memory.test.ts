import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { given } from '../routing/testing/given.js';
import { ONE, tlsSecret } from '../routing/testing/key-pair.js';
import { gateway } from '../routing/testing/yaml.js';
import type { Snapshot } from '../xds/index.js';
import { snapshotOf } from './snapshot.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const https = (name: string): string =>
  `{ name: ${name}, port: 443, protocol: HTTPS, hostname: ${name}.test, tls: { certificateRefs: [{ name: cert }] } }`;

it('a chain that stays keeps nothing of the snapshot that it was made for', async () => {
  const s = given(gateway(https('l0')) + tlsSecret('cert', ONE));
  let last: Snapshot | undefined;
  const next = (): WeakRef<Snapshot> | undefined => {
    const fleet = s.model().gateways[0]?.fleet;
    last = fleet && snapshotOf(fleet, last);
    return last && new WeakRef(last);
  };
  const first = next();
  for (let i = 1; i < 5; i += 1) {
    s.change(gateway(https('l0'), https(`l${i}`)));
    next();
  }
  for (let tries = 0; tries < 50 && first?.deref() !== undefined; tries += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(last?.resources.listener.size).toBe(1);
  expect(first).toBeDefined();
  expect(first?.deref()).toBeUndefined();
});
