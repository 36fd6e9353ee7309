import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hierarchies, readSettings } from '../cluster/node/kernel.js';
import { cgroup, FILES, SANDBOX_IMAGE } from '../cluster/node/layout.js';
import { nodeDown, nodeKubeconfig, nodeState, nodeUp } from '../cluster/node/node.js';
import { program } from '../cluster/programs.js';
import { until } from '../harness/until.js';

// A second cluster beside the one that the tests run in: begun, hurt in every way, and taken away.
jest.setTimeout(240_000);

const outer = process.env['WINDLASS_CLUSTER_DIR'];
const place = mkdtempSync(join(tmpdir(), 'windlass-node-'));
const directory = join(place, 'cluster');

beforeAll(() => {
  process.env['WINDLASS_CLUSTER_DIR'] = directory;
});
afterAll(async () => {
  await nodeDown();
  if (outer === undefined) delete process.env['WINDLASS_CLUSTER_DIR'];
  else process.env['WINDLASS_CLUSTER_DIR'] = outer;
  rmSync(place, { recursive: true, force: true });
});

/** Every process below one, that one included. */
function processesBelow(pid: number): readonly number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processesBelow)];
}

const NAMESPACES = ['net', 'mnt', 'pid'] as const;

/** The namespaces that processes of this machine are in, but those that this process is in. */
function namespaces(pids: readonly (number | string)[]): ReadonlySet<string> {
  const read = (pid: number | string): readonly string[] => {
    try {
      return NAMESPACES.map((name) => readlinkSync(`/proc/${pid}/ns/${name}`));
    } catch {
      return []; // It has ended meanwhile.
    }
  };
  const ours = new Set(read('self'));
  return new Set(pids.flatMap(read).filter((namespace) => !ours.has(namespace)));
}

function allProcesses(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

interface Init {
  readonly pid: number;
}

const init = (): Init => JSON.parse(readFileSync(join(directory, FILES.init), 'utf8')) as Init;

async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const config = join(directory, FILES.kubeconfig);
  const inNetwork = ['-t', String(init().pid), '-n', await program('kubectl'), '--kubeconfig', config];
  return execFileSync('nsenter', [...inNetwork, ...args], { input, encoding: 'utf8' });
}

const POD = JSON.stringify({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'waits', namespace: 'default' } },
  spec: {
    containers: [{ name: 'waits', image: SANDBOX_IMAGE, imagePullPolicy: 'Never' }],
    // Mounts of its own: these must go, too.
    volumes: [{ name: 'memory', emptyDir: { medium: 'Memory' } }],
  },
});

async function withPod(): Promise<void> {
  await nodeUp(() => undefined);
  await until(
    'the ServiceAccount of pods',
    async () => (await kubectl(['get', 'sa', 'default'])) || undefined,
  );
  await kubectl(['apply', '-f', '-'], POD);
  await kubectl(['wait', '--for=condition=Ready', 'pod/waits', '--timeout=60s']);
}

/** What there is of a cluster now that must not be there later. */
function traces(): { readonly processes: readonly number[]; readonly namespaces: ReadonlySet<string> } {
  const processes = processesBelow(init().pid);
  return { processes, namespaces: namespaces(processes) };
}

function expectNothingLeft(of: ReturnType<typeof traces>): void {
  expect(of.processes.length).toBeGreaterThan(10);
  expect(of.processes.filter((pid) => existsSync(`/proc/${pid}/root`))).toEqual([]);
  const still = namespaces(allProcesses());
  expect([...of.namespaces].filter((namespace) => still.has(namespace))).toEqual([]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(directory);
  expect(hierarchies().filter((root) => existsSync(join(root, cgroup())))).toEqual([]);
  expect(existsSync(directory)).toBe(false);
}

describe('a cluster of one node', () => {
  it('runs a pod, and is not begun a second time', async () => {
    const before = readSettings();
    await withPod();
    const { pid } = init();
    await nodeUp(() => undefined);
    expect(init().pid).toBe(pid);
    expect(nodeKubeconfig().getCurrentCluster()?.name).toBe('windlass');
    const found = traces();
    await nodeDown();
    expectNothingLeft(found);
    expect(readSettings()).toEqual(before);
  });

  it.each([
    ['the first process of its namespaces', (pid: number) => pid],
    ['what keeps its programs', (pid: number) => processesBelow(pid)[1] ?? 0],
    ['what made the namespaces', (pid: number) => parentOf(pid)],
  ])('leaves nothing behind where %s was killed', async (_, victim) => {
    await withPod();
    const found = traces();
    process.kill(victim(init().pid), 'SIGKILL');
    await until('it is broken', () => nodeState() === 'broken' || undefined);
    await nodeDown();
    expectNothingLeft(found);
  });

  it('goes on where a program of it was killed', async () => {
    await withPod();
    const [kubelet = 0] = processesBelow(init().pid).filter((pid) => nameOf(pid) === 'kubelet');
    process.kill(kubelet, 'SIGKILL');
    await until('another kubelet', () =>
      processesBelow(init().pid).find((pid) => pid !== kubelet && nameOf(pid) === 'kubelet'),
    );
    expect(await kubectl(['get', 'pod', 'waits', '-o', 'jsonpath={.status.phase}'])).toBe('Running');
  });

  it('is begun anew where it is broken', async () => {
    await nodeUp(() => undefined);
    const { pid } = init();
    process.kill(pid, 'SIGKILL');
    await until('it is broken', () => nodeState() === 'broken' || undefined);
    await withPod();
    expect(init().pid).not.toBe(pid);
    expect(nodeState()).toBe('ready');
  });
});

function parentOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
