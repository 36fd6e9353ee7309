import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { KUBERNETES, program, type Program } from '../programs.js';

/** Programs of Debian, and the packages they are in. */
const PACKAGES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  nft: 'nftables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  unshare: 'util-linux',
};
const CNI = '/usr/lib/cni/ptp';
const OURS: readonly Program[] = ['init', 'etcd', 'coredns', ...KUBERNETES];

/** Makes or installs every program of the node that is not there. @throws Error with what could not be had */
export async function needed(say: (doing: string) => void): Promise<void> {
  for (const name of OURS)
    await program(name, (making) => say(`${making} (built from source once, some minutes)`));
  const wanted = Object.entries(PACKAGES).flatMap(([name, of]) => (isRunnable(name) ? [] : [of]));
  if (!isFile(CNI)) wanted.push('containernetworking-plugins');
  if (wanted.length === 0) return;
  say(`packages of Debian: ${wanted.join(' ')}`);
  install(wanted);
}

function install(packages: readonly string[]): void {
  const run = (...args: readonly string[]): string | undefined => {
    const { status, stdout, stderr, error } = spawnSync('apt-get', ['-qq', ...args], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    return status === 0 ? undefined : `${stdout}${stderr}${String(error ?? '')}`.trim();
  };
  const args = ['install', '-y', '--no-install-recommends', ...packages];
  const failed = run(...args) === undefined ? undefined : (run('update'), run(...args));
  if (failed !== undefined) throw new Error(`apt-get ${args.join(' ')}: ${failed.slice(-1000)}`);
}

function isRunnable(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((directory) => isFile(join(directory, name)));
}

function isFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
