// The chart, installed in a real API server as a user would, and its control plane: processes that have what the Deployment of the chart gives to its pods.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { FLAGS } from '../../src/config/index.js';
import { apply, createApiClient, type ApiClient, type ServerObject } from '../../src/kubernetes/index.js';
import { KINDS } from '../../src/resources/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { manifest, NAMESPACE, render, type Manifest } from '../cluster/chart.js';
import { Commands } from '../cluster/commands.js';
import { Controller } from '../cluster/controller.js';
import { crds, install, ownCrds, type Crd } from '../cluster/gateway-api.js';
import { asServiceAccount } from '../cluster/service-account.js';
import { until } from '../harness/until.js';
import { tokenOf } from './security-world.js';

/** A pod of the control plane, as the Downward API tells of it. */
export interface ReplicaPod {
  readonly name: string;
  /** A loopback address. */
  readonly address: string;
  readonly xdsPort: number;
  readonly replicaPort: number;
}

export interface Installation {
  readonly server: ApiServer;
  readonly admin: ApiClient;
  /** Of the chart. */
  readonly manifests: readonly Manifest[];
  /** Applies YAML as a user would. */
  put(yaml: string): Promise<void>;
  /** The object at a path; undefined: there is none. */
  get(path: string): Promise<Found | undefined>;
  /** Puts into the status of the object at a path what others of the cluster would. */
  setStatus(path: string, status: object): Promise<void>;
  /** Replaces one field. @param field JSON pointer */
  replace(path: string, field: string, value: unknown): Promise<void>;
  start(pod: ReplicaPod): Promise<Controller>;
  dispose(): Promise<void>;
}

/** Any object, as a test looks at it. */
export interface Found extends ServerObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly status?: object;
  readonly data?: Readonly<Record<string, string>>;
}

const PLURALS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(KINDS).map(({ name, plural }) => [name, plural])),
  Node: 'nodes',
  ServiceAccount: 'serviceaccounts',
};

/** @param more definitions of other kinds */
export async function installChart(more: readonly Crd[] = []): Promise<Installation> {
  const server = await startApiServer({ audit: true, clusterTrustBundles: true });
  const admin = createApiClient(server.kubeconfig);
  const commands = new Commands(server.kubeconfig);
  const directory = mkdtempSync(join(tmpdir(), 'windlass-install-'));
  await install(admin, [...crds('experimental').values(), ...ownCrds(), ...more]);
  const manifests = await render(commands);
  await commands.ok('kubectl', ['create', 'namespace', NAMESPACE]);
  const input = manifests.map((one) => JSON.stringify(one)).join('\n---\n');
  await commands.ok('kubectl', ['apply', '--server-side', '-f', '-'], input);
  // An API server that has just started makes the roles that everybody has a moment later.
  await until('the roles of every ServiceAccount', () =>
    admin.call({
      path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:service-account-issuer-discovery',
    }),
  );
  const get = async (path: string): Promise<Found | undefined> =>
    (await admin.call({ path }).catch(() => undefined)) as Found | undefined;
  return {
    ...{ server, admin, manifests, get },
    put: async (yaml) => {
      for (const document of parseAllDocuments(yaml)) {
        const object = document.toJS() as Found;
        await apply(admin, pathOf(object), object, { fieldManager: 'user' });
      }
    },
    setStatus: async (path, status) => {
      await admin.call({
        ...{ method: 'PATCH', path: `${path}/status`, contentType: 'application/merge-patch+json' },
        body: { status },
      });
    },
    replace: async (path, field, value) => {
      await admin.call({
        ...{ method: 'PATCH', path, contentType: 'application/json-patch+json' },
        body: [{ op: 'replace', path: field, value }],
      });
    },
    start: (pod) => startPod(server, admin, manifest(manifests, 'Deployment'), pod, directory),
    dispose: async () => {
      admin.close();
      commands.dispose();
      await server.dispose();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function pathOf({ apiVersion, kind, metadata: { namespace, name } }: Found): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`tests do not put objects of kind ${kind}`);
  return `${base}${scope}/${plural}/${name}`;
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly env: readonly {
      readonly name: string;
      readonly value?: string;
      readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
    }[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes: readonly {
    readonly name: string;
    readonly projected: {
      readonly sources: readonly {
        readonly serviceAccountToken?: { readonly path: string; readonly audience?: string };
      }[];
    };
  }[];
}

/** The audience of the token that a container of the pod finds at a path. */
export function audienceAt(spec: PodSpec, file: string): string | undefined {
  const { volumeMounts = [] } = spec.containers[0] ?? {};
  return spec.volumes
    .flatMap(({ name, projected: { sources } }) => {
      const mountPath = volumeMounts.find((mount) => mount.name === name)?.mountPath ?? '';
      return sources.flatMap(({ serviceAccountToken: token }) => (token ? [{ mountPath, ...token }] : []));
    })
    .find(({ mountPath, path }) => `${mountPath}/${path}` === file)?.audience;
}

export function podSpecOf(deployment: Manifest): PodSpec {
  return (deployment['spec'] as { readonly template: { readonly spec: PodSpec } }).template.spec;
}

/** As kubelet would start it, but for what pods do not share and processes of one machine do: ports, addresses and files. */
async function startPod(
  server: ApiServer,
  admin: ApiClient,
  deployment: Manifest,
  { name, address, xdsPort, replicaPort }: ReplicaPod,
  directory: string,
): Promise<Controller> {
  const spec = podSpecOf(deployment);
  const { serviceAccountName: account, containers } = spec;
  const [container] = containers;
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': name,
    'metadata.namespace': NAMESPACE,
    'status.podIP': address,
    'status.podIPs': address,
  };
  const env = (container?.env ?? []).map(({ name: variable, value, valueFrom }) => [
    variable,
    value ?? fields[valueFrom?.fieldRef.fieldPath ?? ''] ?? '',
  ]);
  const token = join(directory, `${name}-replica-token`);
  const audience = audienceAt(spec, REPLICA_TOKEN);
  writeFileSync(token, await tokenOf(admin, NAMESPACE, account, audience), { mode: 0o600 });
  return new Controller(
    await asServiceAccount(server, NAMESPACE, account),
    [
      ...(container?.args ?? []).slice(1),
      ...['--xds-address', address, '--xds-port', String(xdsPort)],
      ...['--replica-port', String(replicaPort), '--replica-token', token],
    ],
    Object.fromEntries(env) as Readonly<Record<string, string>>,
  );
}

/** Where `windlass controller` looks for it. */
export const REPLICA_TOKEN = FLAGS.replicaToken.default;
