// Network namespaces for a fleet of which each Envoy has an address of its own. All of it lives in a namespace in which the run itself was started: what
// it makes – addresses, links – is gone with its processes, and the machine's network is never touched.
import { spawn, spawnSync } from 'node:child_process';
import { readlinkSync, writeFileSync } from 'node:fs';
import { until } from '../harness/until.js';

/** Address of the namespace of the run, which the others reach: of the control plane. */
export const HUB = '10.77.0.1';

/** Of backends, which are reached there too. */
export function addressAtHub(number: number): string {
  return `10.77.0.${2 + (number % 250)}`;
}

export interface Namespace {
  /** One of the Gateway's addresses, and here alone an address of the machine. */
  readonly address: string;
  /** What to put before a command that is to run here. */
  readonly enter: readonly string[];
  /** The namespace is gone when nothing runs in it any more. */
  readonly leave: () => void;
}

/** Root makes namespaces by itself; others as the root of a user namespace. */
const UNSHARE = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--map-root-user']), '--net'];
const PROBE =
  'ip link set lo up && ip link add veth-a type veth peer name veth-b && echo 1 > /proc/sys/net/ipv4/ip_nonlocal_bind';

/** The command runs in a network namespace of its own, where {@link openNamespaces} works. */
export function inNamespace(command: readonly string[]): readonly string[] {
  return [...UNSHARE, ...command];
}

/** What this machine lacks for namespaces, in the words of who missed it; undefined: nothing. */
export function namespacesLack(): string | undefined {
  const [command = '', ...args] = inNamespace(['sh', '-c', PROBE]);
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `network namespaces with veth (unshare of util-linux, ip of iproute2, and the right to use them): ${error?.message ?? stderr.trim()}`;
}

/** To be called in a namespace that the run has for itself. */
export async function openNamespaces(count: number): Promise<readonly Namespace[]> {
  run('ip', 'link', 'set', 'lo', 'up');
  run('ip', 'address', 'add', `${HUB}/24`, 'dev', 'lo');
  // Each Envoy of a fleet binds all addresses of the Gateway, and has one of them.
  writeFileSync('/proc/sys/net/ipv4/ip_nonlocal_bind', '1');
  const namespaces: Namespace[] = [];
  for (let i = 1; i <= count; i += 1) namespaces.push(await open(i));
  return namespaces;
}

async function open(number: number): Promise<Namespace> {
  // It holds the namespace until its standard input ends, with us at the latest.
  const holder = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const pid = holder.pid ?? 0;
  const ours = readlinkSync('/proc/self/ns/net');
  await until('the namespace', () => (readlinkSync(`/proc/${pid}/ns/net`) === ours ? undefined : true));
  const enter = ['nsenter', `--net=/proc/${pid}/ns/net`];
  const [address, gateway] = [`10.77.${number}.1`, `10.77.${number}.254`];
  run('ip', 'link', 'add', `envoy-${number}`, 'type', 'veth', 'peer', 'name', 'hub', 'netns', String(pid));
  run('ip', 'address', 'add', `${gateway}/24`, 'dev', `envoy-${number}`);
  run('ip', 'link', 'set', `envoy-${number}`, 'up');
  const inside = [
    'ip link set lo up',
    `ip address add ${address}/24 dev hub`,
    'ip link set hub up',
    `ip route add default via ${gateway}`,
    'echo 1 > /proc/sys/net/ipv4/ip_nonlocal_bind',
  ];
  run(...enter, 'sh', '-c', inside.join(' && '));
  return { address, enter, leave: () => holder.stdin.end() };
}

function run(...[command = '', ...args]: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
