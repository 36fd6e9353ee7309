// running – a control plane that runs elsewhere, asked through its debug endpoint: at an address, or in a cluster.
import { loadCredentials } from '../../kubernetes/index.js';
import type { CommandInput } from '../command.js';
import { atAddress } from './at-address.js';
import { inCluster } from './in-cluster.js';
import type { Replicas } from './replica.js';

export { ask } from './replica.js';

/** What the options name. @throws WindlassError CONTROL_PLANE_UNREACHABLE, KUBECONFIG, KUBERNETES_API */
export async function replicasOf({ config, io }: Pick<CommandInput, 'config' | 'io'>): Promise<Replicas> {
  if (config.address !== undefined) return [atAddress(config.address)];
  const kubeconfig = loadCredentials({ ...config, ...io.surroundings });
  const { namespace, selector, podPort: port } = config;
  return await inCluster(kubeconfig, { namespace, selector, port });
}
