import { KubeConfig } from '@kubernetes/client-node';
import { createApiClient } from '../../src/kubernetes/index.js';
import type { ApiServer } from './api-server.js';

/** Credentials of a ServiceAccount: a token as pods have it, of ten minutes. */
export async function asServiceAccount(
  { kubeconfig }: Pick<ApiServer, 'kubeconfig'>,
  namespace: string,
  name: string,
): Promise<KubeConfig> {
  const client = createApiClient(kubeconfig);
  try {
    const { status } = (await client.call({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 600 },
      },
    })) as { readonly status: { readonly token: string } };
    const cluster = kubeconfig.getCurrentCluster();
    if (cluster === null) throw new Error('no cluster');
    const config = new KubeConfig();
    config.loadFromClusterAndUser(cluster, { name, token: status.token });
    return config;
  } finally {
    client.close();
  }
}
