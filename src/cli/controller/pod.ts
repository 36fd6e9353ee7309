import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Who this process is in the cluster. */
export interface Pod {
  /** No other process has it at the same time. */
  readonly name: string;
  /** Undefined: it is no Pod, or does not know; then no other replica hears it, and it hears none. */
  readonly address: string | undefined;
  /** Families of all its addresses: what Pods of this cluster have. */
  readonly families: readonly ('IPv4' | 'IPv6')[];
}

/** Read from what the Pod's own definition puts into its environment: POD_NAME, POD_IP and POD_IPS. Source: Kubernetes, Downward API. */
export function podOf(env: Readonly<Record<string, string | undefined>>): Pod {
  const { POD_NAME: name = '', POD_IP: address = '', POD_IPS: addresses = address } = env;
  const families = new Set(
    addresses
      .split(',')
      .filter((each) => each !== '')
      .map((each) => (each.includes(':') ? 'IPv6' : 'IPv4')),
  );
  return {
    name: name === '' ? `${hostname()}-${randomBytes(4).toString('hex')}` : name,
    address: address === '' ? undefined : address,
    families: families.size === 0 ? ['IPv4'] : [...families],
  };
}
