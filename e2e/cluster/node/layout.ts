// Where everything of the one-node cluster is: addresses, of the range that is set aside for benchmarks (RFC 2544), and files.
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const NODE = 'node';
export const NODE_ADDRESS = '198.18.0.1';
export const API_SERVER = `https://${NODE_ADDRESS}:6443`;
export const POD_RANGE = '198.18.128.0/17';
export const SERVICE_RANGE = '198.19.0.0/17';
/** What load balancers are given: `198.19.200.1` to `198.19.200.254`. */
export const POOL = '198.19.200';
/** Outside of the pool: no load balancer has it to give. */
export const UNUSABLE_ADDRESS = '198.19.201.1';
export const SANDBOX_IMAGE = 'windlass.local/pause:1';

/** Everything that a cluster writes is below it, but for control groups. */
export function clusterDirectory(): string {
  const cache = process.env['WINDLASS_CACHE_DIR'] ?? join(homedir(), '.cache', 'windlass');
  return process.env['WINDLASS_CLUSTER_DIR'] ?? join(cache, 'cluster');
}

/** Below every controller's root, so that nothing is left anywhere else; clusters of other directories have others. */
export function cgroup(directory = clusterDirectory()): string {
  return `windlass-${createHash('sha256').update(directory).digest('hex').slice(0, 8)}`;
}

/** Names of files in the cluster's directory. */
export const FILES = {
  /** Of an administrator. */
  kubeconfig: 'kubeconfig',
  /** The first process of the namespaces: pid as the host sees it, and when it started. */
  init: 'init.json',
  /** What is done, and what is being done. */
  progress: 'progress.json',
  /** Settings of the kernel that a kubelet changes, as they were. */
  kernel: 'kernel.json',
  /** One log for each program. */
  logs: 'logs',
} as const;
