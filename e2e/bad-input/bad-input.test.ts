import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTROL_HOST, GOOD, PORT, site } from '../../src/status/testing/bad-input/site.js';
import { WRITTEN_INPUTS, type WrittenInput } from '../../src/status/testing/bad-input/catalogue.js';
import { createAuthority } from '../harness/authority.js';
import { startBackend } from '../harness/backend.js';
import { ask, startLoad } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';
import { startPeer, who, whoByUdp } from '../l4/peers.js';
import { answersOf, startWatch } from './controls.js';

// The whole catalogue of wrong objects at once, each in a file of its own, while the Envoys run and a healthy route is asked.

let windlass: Standalone;
let good: readonly Closable[];
let address: string;

interface Closable {
  readonly name: string;
  readonly port: number;
  close(): Promise<void>;
}

const control = () => ({ address, port: PORT, host: CONTROL_HOST });
const admitted = WRITTEN_INPUTS.filter(({ expected }) => 'says' in expected);
const refused = WRITTEN_INPUTS.filter(({ expected }) => 'refused' in expected);

beforeAll(async () => {
  const pair = await (await createAuthority()).issue('secure.test', 'ecdsa');
  good = await Promise.all([
    startBackend('good'),
    startBackend('calls', 'http2'),
    startPeer('secure', pair),
    startPeer('stream'),
  ]);
  expect(good.map(({ name }) => name)).toEqual([...GOOD]);
  windlass = new Standalone({
    'site.yaml': site(documents(...good.map(({ name, port }) => service(name, port)))),
  });
  await windlass.start();
  address = await windlass.address('gw');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  for (const backend of good) await backend.close();
}, 60_000);

/** `Kind condition status reason` of the objects that the catalogue names, as far as no Envoy has to say anything. */
async function said(): Promise<ReadonlyMap<string, readonly string[]>> {
  const lines = new Map<string, string[]>();
  for (const { ref, status } of await windlass.statuses()) {
    const own = lines.get(ref.name) ?? [];
    lines.set(ref.name, own);
    const places = [status, ...(status.parents ?? []), ...(status.ancestors ?? [])];
    for (const each of places.flatMap(
      ({ conditions = [] }: { conditions?: readonly { type: string; status: string; reason: string }[] }) =>
        conditions,
    ))
      own.push(`${ref.kind} ${each.type} ${each.status} ${each.reason}`);
    for (const { name, conditions } of status.listeners ?? [])
      for (const each of conditions)
        own.push(`${ref.kind} listener ${name} ${each.type} ${each.status} ${each.reason}`);
  }
  return lines;
}

function connectionOf(expected: WrittenInput['expected']) {
  return 'says' in expected ? expected.connects : undefined;
}

/** Lines of metrics about rejections that are not 0. */
async function rejections(): Promise<readonly string[]> {
  const metrics = await (await fetch(`${windlass.debugUrl()}/metrics`)).text();
  const lines = metrics.split('\n').filter((line) => /^windlass_.*reject/.test(line));
  expect(lines.length).toBeGreaterThan(0);
  return lines.filter((line) => !line.endsWith(' 0'));
}

describe('every wrong object at once', () => {
  it('is told what is wrong, and fails no request of a healthy route; Envoy rejects nothing', async () => {
    await until('every control route to be answered', async () => {
      const answers = await answersOf(address);
      if (answers.join(' ') !== GOOD.join(' ')) throw new Error(answers.join(' '));
      return true;
    });
    const load = startLoad(control(), { workers: 2, limitMs: 120_000 });
    const watch = startWatch(address);
    for (const { name, yaml } of WRITTEN_INPUTS) windlass.write(`${name}.yaml`, yaml);
    await until(
      'each to be told what is wrong with it',
      async () => {
        const lines = await said();
        const missing = admitted.flatMap(({ name, expected }) =>
          'says' in expected
            ? expected.says
                .filter((line) => !lines.get(name)?.includes(line))
                .map((line) => `${name}: ${line}`)
            : [],
        );
        if (missing.length > 0) throw new Error(missing.slice(0, 5).join('; '));
        return true;
      },
      90_000,
      250,
    );
    await until('each refusal in the log', () => {
      const missing = refused.filter(({ name }) => !windlass.log.includes(`${name}.yaml`));
      if (missing.length > 0) throw new Error(missing.map(({ name }) => name).join(', '));
      return true;
    });
    const { sent, failed, failures } = await load.stop();
    expect({ failed, failures }).toEqual({ failed: 0, failures: [] });
    expect(sent).toBeGreaterThan(50);
    const { looks, wrong } = await watch.stop();
    expect(wrong).toEqual([]);
    expect(looks).toBeGreaterThan(5);
    expect(await rejections()).toEqual([]);
    expect(windlass.log.split('\n').filter((line) => /Envoy says.*rejected/i.test(line))).toEqual([]);
  }, 150_000);

  it('is answered as it deserves: an error of the wrong rule alone, and nothing of a host that has no other', async () => {
    for (const { host, expected, name } of admitted) {
      if (!('says' in expected) || expected.meets === undefined) continue;
      const { status } = await ask({ address, port: PORT, host });
      const wanted = expected.meets.includes(':') ? 200 : Number(expected.meets);
      expect({ name, status }).toEqual({ name, status: wanted });
    }
  }, 60_000);

  it('is refused the connections that have nowhere to go, and no others', async () => {
    for (const { host, port, name, expected } of admitted) {
      const wanted = connectionOf(expected);
      if (wanted === undefined) continue;
      const target = { address, port, ...(wanted.by === 'tls' && { sni: host }) };
      const answered = wanted.by === 'udp' ? await whoByUdp(target) : await who(target);
      const refusal = wanted.by === 'udp' ? 'dropped' : 'refused';
      expect({ name, answered }).toEqual({ name, answered: wanted.to === 'refused' ? refusal : 'stream' });
    }
  }, 60_000);

  it('leaves the process healthy, and is forgotten when it goes', async () => {
    expect((await fetch(`${windlass.debugUrl()}/readyz`)).status).toBe(200);
    for (const { name } of WRITTEN_INPUTS) windlass.write(`${name}.yaml`, '');
    await until('the healthy site alone to be left', async () => {
      const names = (await windlass.statuses()).map(({ ref }) => ref.name);
      if (names.some((name) => name.startsWith('bad-'))) throw new Error(names.join(', '));
      return true;
    });
    expect(await answersOf(address)).toEqual([...GOOD]);
  }, 60_000);
});
