// Pod: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/, defaults and rules as in
// k8s.io/kubernetes/pkg/apis/core (v1/defaults.go, validation/validation.go) for the fields that are read.
import { dns1123LabelFault, portNameFault, portNumberFault } from '../names.js';
import { oneOfWords, report, type Findings } from '../schema/findings.js';
import { field, isJsonObject, isList, type JsonObject } from '../schema/json.js';
import type { Pod } from '../types/index.js';
import { addressFault } from './address.js';
import type { CoreKind } from './core-kind.js';
import { PROTOCOLS } from './service.js';

export const pod: CoreKind<'Pod'> = {
  defaults: podDefaults,
  rules: [hasContainers, containersAreNamed, portsAreValid, addressesAreAddresses],
};

function podDefaults(body: JsonObject): JsonObject {
  const spec = field(body, 'spec');
  if (!isJsonObject(spec)) return body;
  const lists = ['containers', 'initContainers'].flatMap((name) => {
    const containers = field(spec, name);
    return isList(containers) ? [[name, containers.map(containerDefaults)] as const] : [];
  });
  return { ...body, spec: { ...spec, ...Object.fromEntries(lists) } };
}

function containerDefaults(container: unknown): unknown {
  if (!isJsonObject(container)) return container;
  const ports = field(container, 'ports');
  return isList(ports) ? { ...container, ports: ports.map(portDefaults) } : container;
}

function portDefaults(port: unknown): unknown {
  return isJsonObject(port) ? { protocol: 'TCP', ...port } : port;
}

function hasContainers({ spec }: Pod, findings: Findings): void {
  if ((spec?.containers ?? []).length > 0) return;
  const message = 'is required: a Pod has at least one container';
  report(findings, 'required', ['spec', 'containers'], message, { target: 'key' });
}

/** That no name repeats another's in its list is in the schema: it is the key. */
function containersAreNamed({ spec }: Pod, findings: Findings): void {
  (spec?.containers ?? []).forEach(({ name, image = '' }, index) => {
    const path = ['spec', 'containers', index];
    const fault = dns1123LabelFault(name);
    if (fault !== undefined) report(findings, 'invalid', [...path, 'name'], fault);
    if (image === '') report(findings, 'required', [...path, 'image'], 'is required', { target: 'key' });
  });
}

function portsAreValid({ spec }: Pod, findings: Findings): void {
  (spec?.containers ?? []).forEach(({ ports = [] }, container) => {
    ports.forEach(({ name, containerPort, protocol }, index) => {
      const path = ['spec', 'containers', container, 'ports', index];
      const nameFault = name === undefined || name === '' ? undefined : portNameFault(name);
      if (nameFault !== undefined) report(findings, 'invalid', [...path, 'name'], nameFault);
      const portFault = portNumberFault(containerPort);
      if (portFault !== undefined) report(findings, 'range', [...path, 'containerPort'], portFault);
      if (!PROTOCOLS.includes(protocol)) {
        const message = `must be ${oneOfWords(PROTOCOLS)}, not ${JSON.stringify(protocol)}`;
        report(findings, 'enum', [...path, 'protocol'], message);
      }
    });
  });
}

function addressesAreAddresses({ status }: Pod, findings: Findings): void {
  const addresses = [
    ...(status?.podIP === undefined || status.podIP === ''
      ? []
      : [{ path: ['status', 'podIP'], address: status.podIP }]),
    ...(status?.podIPs ?? []).map(({ ip }, index) => ({
      path: ['status', 'podIPs', index, 'ip'],
      address: ip,
    })),
  ];
  for (const { path, address } of addresses) {
    const fault = addressFault(address);
    if (fault !== undefined) report(findings, 'invalid', path, `${JSON.stringify(address)} ${fault}`);
  }
}
