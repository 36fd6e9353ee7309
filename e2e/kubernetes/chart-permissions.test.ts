import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { NAMESPACE, render } from '../cluster/chart.js';
import { Commands } from '../cluster/commands.js';

jest.setTimeout(120_000);

let server: ApiServer;
let client: ApiClient;

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
  const commands = new Commands(server.kubeconfig);
  const isPermission = /^(ServiceAccount|(Cluster)?Role(Binding)?)$/;
  const permissions = (await render(commands)).filter(({ kind }) => isPermission.test(kind));
  await commands.ok('kubectl', ['create', 'namespace', NAMESPACE]);
  const input = permissions.map((one) => JSON.stringify(one)).join('\n---\n');
  await commands.ok('kubectl', ['apply', '--server-side', '-f', '-'], input);
  commands.dispose();
}, 900_000);

afterAll(async () => {
  client.close();
  await server.dispose();
}, 60_000);

/** A line of the tables: `verbs resource.group[/subresource] [name]`, as in `get,list deployments.apps`. Without a group: the core's. */
interface Question {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
}

function questions(line: string): readonly Question[] {
  const [verbs = '', what = '', name = ''] = line.split(/\s+/);
  const [full = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = full.split('.');
  return verbs.split(',').map((verb) => ({ verb, group: group.join('.'), resource, subresource, name }));
}

/** The verbs of a line that the API server would let the control plane do. */
async function allowed(line: string, namespace: string): Promise<string> {
  const answers = await Promise.all(
    questions(line).map(async (question) => {
      const user = `system:serviceaccount:${NAMESPACE}:windlass`;
      const spec = { user, resourceAttributes: { ...question, namespace } };
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      const review = (await client.call({ method: 'POST', path, body })) as {
        readonly status: { readonly allowed: boolean };
      };
      return review.status.allowed ? [question.verb] : [];
    }),
  );
  return answers.flat().join(',');
}

const verbsOf = (line: string): string => line.split(' ')[0] ?? '';

/** What it needs in every namespace. */
const EVERYWHERE = [
  'get,list,watch gatewayclasses.gateway.networking.k8s.io',
  'get,list,watch gateways.gateway.networking.k8s.io',
  'get,list,watch listenersets.gateway.networking.k8s.io',
  'get,list,watch httproutes.gateway.networking.k8s.io',
  'get,list,watch grpcroutes.gateway.networking.k8s.io',
  'get,list,watch tlsroutes.gateway.networking.k8s.io',
  'get,list,watch tcproutes.gateway.networking.k8s.io',
  'get,list,watch udproutes.gateway.networking.k8s.io',
  'list,watch referencegrants.gateway.networking.k8s.io',
  'get,list,watch backendtlspolicies.gateway.networking.k8s.io',
  'get,list,watch xbackends.gateway.networking.x-k8s.io',
  'get,list,watch xbackendtrafficpolicies.gateway.networking.x-k8s.io',
  'get,list,watch xtelemetrypolicies.gateway.networking.x-k8s.io',
  'update gatewayclasses.gateway.networking.k8s.io/status',
  'update gateways.gateway.networking.k8s.io/status',
  'update listenersets.gateway.networking.k8s.io/status',
  'update httproutes.gateway.networking.k8s.io/status',
  'update udproutes.gateway.networking.k8s.io/status',
  'update backendtlspolicies.gateway.networking.k8s.io/status',
  'update xbackends.gateway.networking.x-k8s.io/status',
  'list,watch gatewayparameters.windlass.io',
  'list,watch endpointslices.discovery.k8s.io',
  'list,watch namespaces',
  'get,list,watch secrets',
  'list,watch pods',
  'list,watch nodes',
  'list,watch clustertrustbundles.certificates.k8s.io',
  'list,watch serviceimports.multicluster.x-k8s.io',
  'list,watch customresourcedefinitions.apiextensions.k8s.io',
  'create,delete,get,list,patch,watch deployments.apps',
  'create,delete,get,list,patch,watch daemonsets.apps',
  'create,delete,get,list,patch,watch services',
  'create,delete,get,list,patch,watch serviceaccounts',
  'create,delete,get,list,patch,watch configmaps',
  'create,delete,get,list,patch,watch poddisruptionbudgets.policy',
  'create,delete,get,list,patch,watch horizontalpodautoscalers.autoscaling',
  'create,delete,get,list,patch,watch podmonitors.monitoring.coreos.com',
  'create tokenreviews.authentication.k8s.io',
  'create,patch events.events.k8s.io',
];

/** What it needs in its own namespace only. */
const AT_HOME = [
  'create leases.coordination.k8s.io',
  'get,update leases.coordination.k8s.io windlass-controller',
];

/** What it must not be able to do, its own namespace included. */
const NOWHERE = [
  'create,update,patch,delete gateways.gateway.networking.k8s.io',
  'create,update,patch,delete httproutes.gateway.networking.k8s.io',
  'create,update,patch,delete gatewayclasses.gateway.networking.k8s.io',
  'create,update,patch,delete referencegrants.gateway.networking.k8s.io',
  'update referencegrants.gateway.networking.k8s.io/status',
  'create,update,patch,delete gatewayparameters.windlass.io',
  'create,update,patch,delete namespaces',
  'get,create,delete pods',
  'create,get pods/exec',
  'create,get pods/portforward',
  'get pods/log',
  'get,patch nodes',
  'create serviceaccounts/token',
  'create,update,patch,delete customresourcedefinitions.apiextensions.k8s.io',
  'create,update,patch,bind,escalate clusterroles.rbac.authorization.k8s.io',
  'create,update,patch rolebindings.rbac.authorization.k8s.io',
  'create,update,patch mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'impersonate users',
  'impersonate serviceaccounts',
  'create,patch jobs.batch',
  'create,patch statefulsets.apps',
  'get,update,delete leases.coordination.k8s.io another',
  'delete leases.coordination.k8s.io windlass-controller',
  'deletecollection deployments.apps',
  'deletecollection services',
];

describe("the control plane's permissions", () => {
  it.each(EVERYWHERE)('everywhere: %s', async (line) => {
    expect(await allowed(line, 'shop')).toBe(verbsOf(line));
  });

  it.each(AT_HOME)('in its own namespace only: %s', async (line) => {
    expect(await allowed(line, NAMESPACE)).toBe(verbsOf(line));
    expect(await allowed(line, 'shop')).toBe('');
  });

  it.each(NOWHERE)('nowhere: %s', async (line) => {
    expect(await allowed(line, NAMESPACE)).toBe('');
    expect(await allowed(line, 'shop')).toBe('');
  });

  it('Secrets are never written outside its own namespace', async () => {
    expect(await allowed('create,update,patch,delete secrets', 'shop')).toBe('');
  });

  it('belong to nobody else', async () => {
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${NAMESPACE}:default`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${NAMESPACE}`, 'system:authenticated'],
        resourceAttributes: { verb: 'list', resource: 'secrets' },
      },
    };
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    expect(await client.call({ method: 'POST', path, body })).toMatchObject({ status: { allowed: false } });
  });
});
