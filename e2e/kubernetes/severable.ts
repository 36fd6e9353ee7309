import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import type { ApiServer } from '../cluster/api-server.js';

/** A way to an API server that can be cut: whoever takes it is alone then, while others go on. */
export interface Severable {
  readonly kubeconfig: KubeConfig;
  /** Ends all connections, and takes no more. */
  sever(): void;
  restore(): void;
  close(): Promise<void>;
}

export async function severable({ kubeconfig }: ApiServer): Promise<Severable> {
  const cluster = kubeconfig.getCurrentCluster();
  const user = kubeconfig.getCurrentUser();
  if (cluster === null || user === null) throw new Error('the kubeconfig names no cluster or no user');
  const { hostname, port } = new URL(cluster.server);
  const open = new Set<Socket>();
  let isSevered = false;
  const proxy = createServer((incoming) => {
    if (isSevered) {
      incoming.resetAndDestroy();
      return;
    }
    const outgoing = connect({ host: hostname, port: Number(port) });
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(one);
      one.pipe(other);
      // The other side is told in the same way.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const through = new KubeConfig();
  const { port: own } = proxy.address() as AddressInfo;
  through.loadFromClusterAndUser({ ...cluster, server: `https://127.0.0.1:${own}` }, user);
  const sever = (): void => {
    isSevered = true;
    for (const socket of open) socket.destroy();
  };
  return {
    kubeconfig: through,
    sever,
    restore: () => {
      isSevered = false;
    },
    close: async () => {
      sever();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
