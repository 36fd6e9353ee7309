import { existsSync, readFileSync, readdirSync, rmdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cgroup } from './layout.js';

// What a node needs of the kernel, and what it changes there that no namespace keeps to itself: settings, and control groups.

/** A kubelet sets them for the whole machine. Source: pkg/kubelet/cm, setupKernelTunables. */
const SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
] as const;

const CONTROLLERS = '/sys/fs/cgroup';

/** What is missing for a node on this machine, each with what to do; empty: nothing. */
export function missing(): readonly string[] {
  const found: string[] = [];
  if (process.platform !== 'linux') return ['a node needs Linux: run it in a virtual machine'];
  if (process.getuid?.() !== 0)
    found.push('a node needs root: it makes namespaces, mounts and control groups');
  if (!/\boverlay\b/.test(readFileSync('/proc/filesystems', 'utf8')))
    found.push('the kernel has no overlay file system: modprobe overlay');
  for (const namespace of ['net', 'mnt', 'pid'])
    if (!existsSync(`/proc/self/ns/${namespace}`)) found.push(`the kernel has no ${namespace} namespaces`);
  if (hierarchies().length === 0) found.push(`no control groups are mounted at ${CONTROLLERS}`);
  return found;
}

export function readSettings(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SETTINGS.filter((name) => existsSync(join('/proc/sys', name))).map((name) => [
      name,
      readFileSync(join('/proc/sys', name), 'utf8').trim(),
    ]),
  );
}

export function restoreSettings(settings: Readonly<Record<string, string>>): void {
  const now = readSettings();
  for (const [name, value] of Object.entries(settings))
    if (now[name] !== value) writeFileSync(join('/proc/sys', name), value);
}

/** Version 1 has a root for each controller, version 2 one for all. */
export function hierarchies(): readonly string[] {
  if (existsSync(join(CONTROLLERS, 'cgroup.controllers'))) return [CONTROLLERS];
  return readdirSync(CONTROLLERS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(CONTROLLERS, entry.name, 'cgroup.procs')))
    .map(({ name }) => join(CONTROLLERS, name));
}

export function makeCgroups(): void {
  for (const root of hierarchies()) {
    const made = join(root, cgroup());
    mkdirSync(made, { recursive: true });
    // A set of processors that nobody has filled takes no process.
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      if (existsSync(join(root, file)) && existsSync(join(made, file)))
        writeFileSync(join(made, file), readFileSync(join(root, file)));
  }
}

/** Only empty ones can be removed. @returns those that are left */
export function removeCgroups(): readonly string[] {
  return hierarchies()
    .map((root) => join(root, cgroup()))
    .filter((made) => existsSync(made) && !removed(made));
}

function removed(directory: string): boolean {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true }))
      if (entry.isDirectory()) removed(join(directory, entry.name));
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}
