import { importProduct, installProduct, productTag } from '../cluster/product.js';
import { onNode } from '../cluster/node/node.js';
import { fullName } from '../../scripts/images/oci.js';

/** Gives both images another tag, as a release of the same content would have it. @returns the tag */
export function release(suffix: string): string {
  const tag = productTag();
  const made = `${tag}-${suffix}`;
  for (const image of ['windlass', 'windlass-envoy']) {
    const names = [`${image}:${tag}`, `${image}:${made}`].map(fullName);
    const { status, stderr } = onNode('ctr', ['-n', 'k8s.io', 'images', 'tag', '--force', ...names]);
    if (status !== 0) throw new Error(`ctr images tag ${names.join(' ')}: ${stderr}`);
  }
  return made;
}

export { importProduct, installProduct, productTag };
