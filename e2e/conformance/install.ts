import { ApiError, apply, remove, type ApiClient, type ServerObject } from '../../src/kubernetes/index.js';
import { NAMESPACE } from '../cluster/chart.js';
import { installProduct } from '../cluster/product.js';
import { until } from '../harness/until.js';
import type { Definition, Suite } from './suite-program.js';

export const CLASS = 'windlass';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const PATHS: Readonly<Record<string, string>> = {
  CustomResourceDefinition: DEFINITIONS,
  ValidatingAdmissionPolicy: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
};
const BUNDLE = 'gateway.networking.k8s.io/bundle-version';
const ACCEPTED_MS = 180_000;
const GONE_MS = 300_000;

/**
 * How the Envoys of all Gateways are run: small, as some fifty of them share one node, and ending soon, as the suite waits half a minute for what it
 * deletes, namespaces included.
 */
const PARAMETERS = {
  apiVersion: 'windlass.io/v1alpha1',
  kind: 'GatewayParameters',
  metadata: { name: 'conformance', namespace: NAMESPACE },
  spec: {
    replicas: 1,
    concurrency: 1,
    resources: { requests: { cpu: '5m', memory: '40Mi' } },
    shutdown: { minDrainSeconds: 1, drainSeconds: 5 },
  },
};

/** Makes the definitions those of the suite's release, all of its experimental channel and none of another release. */
export async function installDefinitions(client: ApiClient, { release, definitions }: Suite): Promise<void> {
  for (const definition of definitions) await applyDefinition(client, definition);
  const { items } = (await client.call({ path: DEFINITIONS })) as { readonly items: readonly ServerObject[] };
  const others = items.filter(({ metadata: { annotations } }) => {
    const version = annotations?.[BUNDLE];
    return version !== undefined && version !== release.version;
  });
  for (const { metadata } of others) await remove(client, `${DEFINITIONS}/${metadata.name}`, metadata.uid);
}

async function applyDefinition(client: ApiClient, definition: Definition): Promise<void> {
  const { kind, metadata } = definition;
  const path = PATHS[kind];
  if (path === undefined)
    throw new Error(`the suite's module defines a ${kind}, which nothing here installs`);
  await apply(client, `${path}/${metadata.name}`, definition, { fieldManager: 'conformance' });
}

/** Installs the control plane of the work tree as a user would, and waits until its GatewayClass is accepted. */
export async function installWindlass(client: ApiClient): Promise<void> {
  await installProduct([`gatewayClass.parametersRef=${JSON.stringify(PARAMETERS.metadata)}`]);
  const parameters = `/apis/windlass.io/v1alpha1/namespaces/${NAMESPACE}/gatewayparameters/conformance`;
  await apply(client, parameters, PARAMETERS, { fieldManager: 'conformance' });
  await until('the GatewayClass is accepted', () => isAccepted(client), ACCEPTED_MS, 200);
}

interface GatewayClass {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly supportedFeatures?: readonly { readonly name: string }[];
  };
}

async function gatewayClass(client: ApiClient): Promise<GatewayClass> {
  return (await client.call({
    path: `/apis/gateway.networking.k8s.io/v1/gatewayclasses/${CLASS}`,
  })) as GatewayClass;
}

async function isAccepted(client: ApiClient): Promise<true | undefined> {
  const { status } = await gatewayClass(client);
  const accepted = status?.conditions?.find(({ type }) => type === 'Accepted');
  return accepted?.status === 'True' ? true : undefined;
}

/** What the control plane says that it supports. */
export async function claimedFeatures(client: ApiClient): Promise<readonly string[]> {
  return ((await gatewayClass(client)).status?.supportedFeatures ?? []).map(({ name }) => name);
}

/** Removes what a run that was stopped left behind. @param isAwaited until all of it is gone */
export async function removeNamespaces(
  client: ApiClient,
  names: readonly string[],
  isAwaited: boolean,
): Promise<void> {
  const pathOf = (name: string): string => `/api/v1/namespaces/${name}`;
  await Promise.all(names.map((name) => remove(client, pathOf(name), undefined)));
  if (!isAwaited) return;
  const isGone = async (name: string): Promise<true | undefined> => {
    try {
      await client.call({ path: pathOf(name) });
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return true;
      throw error;
    }
  };
  for (const name of names) await until(`namespace ${name} is gone`, () => isGone(name), GONE_MS, 200);
}
