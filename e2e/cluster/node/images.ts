import { fullName } from '../../../scripts/images/oci.js';
import { onNode } from './node.js';

/**
 * Gives the node an image that no registry has.
 * @param archive as `writeImage` leaves it, under the name that manifests have for it
 * @throws Error in containerd's words
 */
export function importImage(archive: string): void {
  const { status, stderr } = onNode('ctr', ['-n', 'k8s.io', 'images', 'import', archive]);
  if (status !== 0) throw new Error(`ctr images import ${archive}: ${stderr}`);
}

/** @param name with its tag, as manifests have it */
export function hasImage(name: string): boolean {
  const { stdout } = onNode('ctr', ['-n', 'k8s.io', 'images', 'list', '--quiet']);
  return stdout.split('\n').includes(fullName(name));
}
