// A control plane's xDS port, secured against a real API server, with the ServiceAccounts and tokens around it.
import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import {
  externalFleets,
  openXdsSecurity,
  SERVICE_ACCOUNTS_ANNOTATION,
  type XdsSecurity,
  type XdsSecurityOptions,
} from '../../src/access/index.js';
import { createApiClient, TOKEN_AUDIENCE, type ApiClient } from '../../src/kubernetes/index.js';
import { encode } from '../../src/proto/index.js';
import { createMetrics, silentLogger, type Metrics } from '../../src/telemetry/index.js';
import { buildSnapshot, buildWhole, XdsServer, type XdsServerOptions } from '../../src/xds/index.js';
import type { ApiServer } from '../cluster/api-server.js';
import { proxyTo } from '../infra/delta-feed.js';

export const NAMESPACE = 'windlass-system';
export const SERVER_NAME = 'windlass-xds.windlass-system.svc';

/** Fleets by ServiceAccount, as the Gateways of a cluster would make them. */
const FLEETS: Readonly<Record<string, string>> = {
  'shop/edge': 'shop/edge',
  'shop/internal': 'shop/internal',
};

/** Those of Envoys that others run, by what their Gateway says. */
const EXTERNAL = externalFleets([
  {
    metadata: { namespace: 'shop', name: 'edge', annotations: { [SERVICE_ACCOUNTS_ANNOTATION]: 'my-envoy' } },
  },
]);

/** Least rights: each is needed, and the control plane of these tests has no others. */
const RULES = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
] as const;
const OWN_RULES = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: ['windlass-xds-ca'], verbs: ['get', 'update'] },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: ['windlass-xds-ca'],
    verbs: ['create', 'patch'],
  },
] as const;

/** Namespaces, ServiceAccounts and rights. */
export async function populate(admin: ApiClient): Promise<void> {
  const make = async (path: string, kind: string, body: object): Promise<void> => {
    const group = path.startsWith('/apis/rbac') ? 'rbac.authorization.k8s.io/v1' : 'v1';
    await admin.call({ method: 'POST', path, body: { apiVersion: group, kind, ...body } });
  };
  for (const name of [NAMESPACE, 'shop', 'other'])
    await make('/api/v1/namespaces', 'Namespace', { metadata: { name } });
  for (const [namespace, name] of [
    [NAMESPACE, 'windlass'],
    ['shop', 'edge'],
    ['shop', 'internal'],
    ['shop', 'doomed'],
    ['shop', 'my-envoy'],
    ['other', 'edge'],
  ])
    await make(`/api/v1/namespaces/${namespace}/serviceaccounts`, 'ServiceAccount', { metadata: { name } });
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const subjects = [{ kind: 'ServiceAccount', name: 'windlass', namespace: NAMESPACE }];
  const refTo = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: 'windlass' });
  const metadata = { name: 'windlass' };
  await make(`${rbac}/clusterroles`, 'ClusterRole', { metadata, rules: RULES });
  await make(`${rbac}/clusterrolebindings`, 'ClusterRoleBinding', {
    metadata,
    subjects,
    roleRef: refTo('ClusterRole'),
  });
  await make(`${rbac}/namespaces/${NAMESPACE}/roles`, 'Role', { metadata, rules: OWN_RULES });
  await make(`${rbac}/namespaces/${NAMESPACE}/rolebindings`, 'RoleBinding', {
    metadata,
    subjects,
    roleRef: refTo('Role'),
  });
}

/** A token as kubelet would ask for it. */
export async function tokenOf(
  admin: ApiClient,
  namespace: string,
  name: string,
  audience: string | undefined = TOKEN_AUDIENCE,
): Promise<string> {
  const { status } = (await admin.call({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { ...(audience !== '' && { audiences: [audience] }), expirationSeconds: 600 },
    },
  })) as { readonly status: { readonly token: string } };
  return status.token;
}

/** The same token, but ending then: signed by the cluster's key, as the API server would, which makes none that live for less than ten minutes. */
export function ending(token: string, at: number, { directory }: ApiServer): string {
  const [header = '', payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...claims, exp: Math.floor(at / 1000) })).toString(
    'base64url',
  );
  const key = readFileSync(join(directory, 'service-account.key'));
  const signature = createSign('sha256').update(`${header}.${changed}`).sign(key, 'base64url');
  return `${header}.${changed}.${signature}`;
}

/** One replica of a control plane: its xDS port, with the rights and the token of its ServiceAccount. */
export interface Replica {
  readonly security: XdsSecurity;
  readonly xds: XdsServer;
  readonly port: number;
  readonly logged: string[];
  readonly metrics: Metrics;
  readonly close: () => Promise<void>;
}

export async function startReplica(
  server: ApiServer,
  token: string,
  backendPort: number,
  options: Partial<Pick<XdsSecurityOptions, 'limits' | 'fleetOf'>> & {
    readonly xds?: XdsServerOptions['limits'];
  } = {},
): Promise<Replica> {
  const config = new KubeConfig();
  const cluster = server.kubeconfig.getCurrentCluster();
  if (cluster === null) throw new Error('no cluster');
  config.loadFromClusterAndUser(cluster, { name: 'windlass', token });
  const client = createApiClient(config);
  const logged: string[] = [];
  const log =
    (level: string) =>
    (event: string, fields: object = {}): void =>
      void logged.push(`${level} ${event} ${JSON.stringify(fields)}`);
  const logger = { ...silentLogger, error: log('error'), warn: log('warn'), info: log('info') };
  const metrics = createMetrics();
  const security = await openXdsSecurity({
    client,
    namespace: NAMESPACE,
    logger,
    metrics,
    serverNames: [SERVER_NAME, 'windlass-xds', 'localhost'],
    fleetOf: (namespace, serviceAccount) =>
      FLEETS[`${namespace}/${serviceAccount}`] ?? EXTERNAL.get(`${namespace}/${serviceAccount}`),
    ...options,
    limits: { issuerRetryMs: 100, ...options.limits },
  });
  const xds = new XdsServer({ log: logger, ...(options.xds && { limits: options.xds }) });
  for (const fleet of Object.values(FLEETS)) xds.setSnapshot(snapshotOf(fleet, backendPort));
  const port = await security.listen(xds, '127.0.0.1', 0);
  return {
    security,
    xds,
    port,
    logged,
    metrics,
    close: async () => {
      security.stop();
      await xds.close();
      client.close();
    },
  };
}

/** One listener, named for the fleet, in front of one backend. */
function snapshotOf(fleet: string, backendPort: number): ReturnType<typeof buildSnapshot> {
  const of = proxyTo(fleet, ['127.0.0.1'], 0, backendPort);
  const owner = { object: `Gateway ${fleet}`, at: '' };
  const clusters = Object.entries(of['envoy.config.cluster.v3.Cluster'] ?? {}).map(([name, message]) =>
    buildWhole({
      type: 'cluster',
      name,
      bytes: encode('envoy.config.cluster.v3.Cluster', message),
      references: [],
      owner,
    }),
  );
  const listeners = Object.entries(of['envoy.config.listener.v3.Listener'] ?? {}).map(([name, message]) =>
    buildWhole({
      type: 'listener',
      name,
      bytes: encode('envoy.config.listener.v3.Listener', message),
      references: clusters.map((cluster) => ({ type: 'cluster', name: cluster.name })),
      owner,
    }),
  );
  return buildSnapshot(fleet, [...clusters, ...listeners]);
}
