// The programs of a real Kubernetes, Helm and our own in Go: made or fetched once, and kept in the cache directory by what they are made of.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs of Kubernetes: one binary. */
export const KUBERNETES = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
] as const;

/** What users of Windlass run beside it, and what it takes to try that: an ACME server, a DNS server, Prometheus, an OpenTelemetry collector. */
type Neighbour =
  | 'cert-manager'
  | 'acmesolver'
  | 'external-dns'
  | 'flagger'
  | 'otelcol'
  | 'pebble'
  | 'pebble-challtestsrv'
  | 'prometheus';

export type Program =
  (typeof KUBERNETES)[number] | 'coredns' | 'etcd' | 'helm' | 'init' | 'windlass-drain' | Neighbour;

export const cache = process.env['WINDLASS_CACHE_DIR'] ?? join(homedir(), '.cache', 'windlass');

/**
 * Path of a program; what is missing is made first, which takes minutes.
 * @param making called with the name of what is missing
 * @throws Error with what the failing step said
 */
export async function program(name: Program, making?: (name: string) => void): Promise<string> {
  switch (name) {
    case 'etcd':
      return await fromDebian('etcd', 'etcd-server', making);
    case 'prometheus':
      return await fromDebian('prometheus', 'prometheus', making);
    case 'coredns':
    case 'init':
    case 'otelcol':
      return join(await fromGo(name, { from: '.', making }), name);
    case 'helm':
      return join(await fromGo('helm', { from: 'helm.sh/helm/v4/cmd/helm' }), 'helm');
    case 'cert-manager':
    case 'acmesolver':
      return join(await fromGo('cert-manager', { from: '.', names: ['acmesolver'], making }), name);
    case 'external-dns':
      return join(await fromGo(name, { from: 'sigs.k8s.io/external-dns', making }), name);
    case 'flagger':
      return join(await fromGo(name, { from: 'github.com/fluxcd/flagger/cmd/flagger', making }), name);
    case 'pebble':
    case 'pebble-challtestsrv': {
      const from = `github.com/letsencrypt/pebble/v2/cmd/${name}`;
      return join(await fromGo(name, { from, sources: sourcesOf('pebble'), making }), name);
    }
    case 'windlass-drain':
      return join(await fromGo('windlass-drain', { from: '.', sources: DRAIN }), 'windlass-drain');
    case 'kube-apiserver':
    case 'kube-controller-manager':
    case 'kube-scheduler':
    case 'kubelet':
    case 'kube-proxy':
    case 'kubectl':
      return join(
        await fromGo('kubernetes', { from: '.', names: KUBERNETES, stamp: KUBERNETES_VERSION, making }),
        name,
      );
  }
}

/** Kubernetes' own build says it in this way; charts ask the API server for it. The module's version, in `programs/kubernetes/go.mod`. */
const KUBERNETES_VERSION = 'k8s.io/component-base/version.gitVersion=v1.35.4';

/**
 * Directory of a Go module that one of `programs/` requires, in the version that it requires: what is in it besides Go.
 * @param name of the directory below `programs/`
 */
export async function moduleDirectory(name: string, path: string): Promise<string> {
  const said = await run('go', ['mod', 'download', '-json', path], sourcesOf(name));
  return (JSON.parse(said) as { readonly Dir: string }).Dir;
}

function sourcesOf(name: string): string {
  return join(import.meta.dirname, 'programs', name);
}

const DRAIN = join(import.meta.dirname, '..', '..', 'envoy-bootstrap', 'drain');

interface GoBuild {
  /** The package, of the module in `sources` or of one it requires. */
  readonly from: string;
  /** Default: `programs/<name>/`. */
  readonly sources?: string;
  /** Other names of the binary. */
  readonly names?: readonly string[];
  /** A variable that the linker sets, as `package.variable=value`. */
  readonly stamp?: string;
  /** Called with the name when there is none yet. */
  readonly making?: ((name: string) => void) | undefined;
}

/** Directory with the binary `name` and its other names. */
async function fromGo(name: string, build: GoBuild): Promise<string> {
  const { from, names = [], stamp, making, sources = sourcesOf(name) } = build;
  const linker = stamp === undefined ? '-s -w' : `-s -w -X ${stamp}`;
  const digest = createHash('sha256').update([linker, name, ...names].join('\n'));
  const files = readdirSync(sources, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  for (const file of files.map(({ parentPath, name: base }) => join(parentPath, base)).toSorted())
    digest.update(readFileSync(file));
  const directory = join(cache, `${name}-${digest.digest('hex').slice(0, 12)}`);
  await once(directory, async (made) => {
    making?.(name);
    const flags = ['-trimpath', '-ldflags', linker, '-tags', 'providerless', '-o', join(made, name)];
    await run('go', ['build', ...flags, from], sources);
    for (const other of names) symlinkSync(name, join(made, other));
  });
  return directory;
}

/** Unpacked, not installed: the package would start a service. @param of the package, which has the program in `/usr/bin` */
async function fromDebian(name: string, of: string, making?: (name: string) => void): Promise<string> {
  const directory = join(cache, name);
  await once(directory, async (made) => {
    making?.(name);
    await run('apt-get', ['download', of], made).catch(async () => {
      await run('apt-get', ['update', '-qq'], made);
      await run('apt-get', ['download', of], made);
    });
    const found = readdirSync(made).find((file) => file.endsWith('.deb'));
    if (found === undefined) throw new Error(`apt-get downloaded no package ${of}`);
    await run('dpkg-deb', ['-x', found, 'unpacked'], made);
    copyFileSync(join(made, 'unpacked', 'usr', 'bin', name), join(made, name));
    chmodSync(join(made, name), 0o755);
    rmSync(join(made, 'unpacked'), { recursive: true });
    rmSync(join(made, found));
  });
  return join(directory, name);
}

/** Makes a directory whole or not at all, whoever else is at it. */
export async function once(directory: string, make: (directory: string) => Promise<void>): Promise<void> {
  if (existsSync(directory)) return;
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(join(cache, '.making-'));
  try {
    await make(made);
    if (!existsSync(directory)) renameSync(made, directory);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** Its standard output. @throws Error with the last of what it said when it fails */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: tmpdir(), ...environment },
  });
  let [output, said] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (said += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${said.slice(-2000)}`);
  return output;
}
