import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { unusedPort } from '../harness/port.js';
import { until } from '../harness/until.js';
import { run, Standalone } from '../harness/windlass.js';
import { documents, everythingTo, gateway, service } from '../harness/yaml.js';

const port = 8080;
let windlass: Standalone;
let backend: Backend;
let address: string;

const route = everythingTo('good', 'edge');

beforeAll(async () => {
  backend = await startBackend('good');
  windlass = new Standalone({
    'all.yaml': documents(gateway('edge', port), service('good', backend.port), route),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

/** Process ids of the Envoys whose bootstrap lies in the run directory. */
function envoys(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return (
          line.includes(windlass.runDirectory) && line.includes('bootstrap') && !line.includes('main.js')
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

const serves = async (): Promise<true | undefined> =>
  (await ask({ address, port, host: 'a.example' })).status === 200 ? true : undefined;

describe('after kill -9', () => {
  it('an Envoy is back with the same configuration, without a restart of the control plane', async () => {
    await until('the first answer', serves);
    const [victim, ...others] = envoys();
    expect(others).toEqual([]);
    const before = windlass.pid;
    process.kill(victim ?? 0, 'SIGKILL');
    await until('another Envoy', () => (envoys().some((pid) => pid !== victim) ? true : undefined));
    await until('an answer', serves);
    expect(windlass.pid).toBe(before);
  }, 60_000);

  it('of the control plane Envoys serve on, and the next one adopts the same processes', async () => {
    const before = envoys();
    await windlass.end('SIGKILL');
    expect(await serves()).toBe(true);
    await windlass.start();
    expect(await windlass.address('edge')).toBe(address);
    expect(envoys()).toEqual(before);
    expect(await serves()).toBe(true);
    // The adopted Envoy follows again.
    windlass.write('all.yaml', documents(gateway('edge', port), service('good', backend.port)));
    await until('404', async () =>
      (await ask({ address, port, host: 'a.example' })).status === 404 ? true : undefined,
    );
  }, 60_000);

  it('of the control plane and its Envoy at once, the next one starts another on the same address', async () => {
    await until('the Envoy to follow', async () => (await windlass.address('edge')) === address || undefined);
    windlass.write('all.yaml', documents(gateway('edge', port), service('good', backend.port), route));
    await until('an answer', serves);
    const [victim = 0] = envoys();
    const ended = windlass.end('SIGKILL');
    process.kill(victim, 'SIGKILL');
    await ended;
    await windlass.start();
    expect(await windlass.address('edge')).toBe(address);
    await until('an answer', serves);
    expect(envoys()).toHaveLength(1);
  }, 60_000);

  it('of the control plane an Envoy that is no longer wanted is stopped by the next one', async () => {
    await windlass.end('SIGKILL');
    windlass.write('all.yaml', service('good', backend.port));
    await windlass.start();
    await until('no Envoy', () => (envoys().length === 0 ? true : undefined));
  }, 60_000);

  it('nothing is left behind when the last one is asked to end, however often', async () => {
    windlass.write('all.yaml', documents(gateway('edge', port), service('good', backend.port), route));
    address = await windlass.address('edge');
    const ended = windlass.end('SIGINT');
    await until('the first signal to be heard', () => windlass.log.includes('stopping') || undefined);
    await windlass.end('SIGTERM');
    expect(await ended).toBe(0);
    expect(envoys()).toEqual([]);
    const refused = await new Promise<boolean>((resolve) => {
      const socket = connect(port, address, () => {
        socket.destroy();
        resolve(false);
      });
      socket.on('error', () => resolve(true));
    });
    expect(refused).toBe(true);
    const sockets = existsSync(windlass.runDirectory)
      ? readdirSync(windlass.runDirectory, { recursive: true, encoding: 'utf8' }).filter((name) =>
          statSync(join(windlass.runDirectory, name)).isSocket(),
        )
      : [];
    expect(sockets).toEqual([]);
  }, 60_000);
});

describe('a second `windlass up` on the same run directory', () => {
  it('says who owns it, ends with 3, and disturbs nothing', async () => {
    windlass.write('all.yaml', documents(gateway('edge', port), service('good', backend.port), route));
    await windlass.start();
    address = await windlass.address('edge');
    await until('an answer', serves);
    const before = envoys();
    const second = run('up', windlass.directory, '--run-dir', windlass.runDirectory);
    expect(second).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`RUN_DIRECTORY_IN_USE: the run directory ${windlass.runDirectory}`),
    });
    expect(second.stderr).toContain(`the running process ${windlass.pid}`);
    expect(envoys()).toEqual(before);
    expect(await serves()).toBe(true);
    await windlass.end();
  }, 60_000);
});

describe('a port that somebody else owns', () => {
  it('is the condition of its listener, and the listeners beside it serve', async () => {
    const other = await startBackend('other');
    windlass.write(
      'all.yaml',
      documents(
        gateway('edge', port)
          .replace(
            'listeners: [',
            `addresses: [{ type: IPAddress, value: 127.0.0.1 }]\n  listeners: [{ name: taken, port: ${other.port}, protocol: HTTP }, `,
          )
          .replace(`port: ${port}`, `port: ${await unusedPort()}`),
        service('good', backend.port),
        route,
      ),
    );
    await windlass.start();
    const taken = await until('the condition', async () => {
      const listeners = (await windlass.status('Gateway', 'edge'))?.listeners ?? [];
      return listeners
        .find(({ name }) => name === 'taken')
        ?.conditions.find(({ type, status }) => type === 'Accepted' && status === 'False');
    });
    expect(taken.reason).toBe('PortUnavailable');
    await windlass.address('edge');
    await other.close();
    await until('the port once it is free', async () => {
      const listeners = (await windlass.status('Gateway', 'edge'))?.listeners ?? [];
      return listeners
        .find(({ name }) => name === 'taken')
        ?.conditions.find(({ type, status }) => type === 'Programmed' && status === 'True');
    });
  }, 60_000);
});
