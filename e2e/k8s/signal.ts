import { onNode } from '../cluster/node/node.js';
import type { Found } from './world.js';

/** Sends a signal to the first process of a pod's only container, as nothing in the cluster would. */
export function signal(pod: Found, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  const statuses = (pod.status?.['containerStatuses'] ?? []) as readonly { readonly containerID?: string }[];
  const id = statuses[0]?.containerID?.replace('containerd://', '');
  if (id === undefined) throw new Error(`${pod.metadata.name} has no container`);
  const { status, stderr } = onNode('ctr', ['-n', 'k8s.io', 'tasks', 'kill', '--signal', name, id]);
  if (status !== 0) throw new Error(`ctr tasks kill ${id}: ${stderr}`);
}
