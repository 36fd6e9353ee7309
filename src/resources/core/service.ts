// Service: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/, defaults and rules as in
// k8s.io/kubernetes/pkg/apis/core (v1/defaults.go, validation/validation.go).
import {
  dns1035LabelFault,
  dns1123LabelFault,
  dns1123SubdomainFault,
  labelValueFault,
  portNameFault,
  portNumberFault,
  qualifiedNameFault,
} from '../names.js';
import { oneOfWords, report, type Findings, type Path } from '../schema/findings.js';
import { field, isJsonObject, isList, type JsonObject } from '../schema/json.js';
import type { Service, ServicePort } from '../types/index.js';
import type { CoreKind } from './core-kind.js';

export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];
const AFFINITIES = ['None', 'ClientIP'];

export const service: CoreKind<'Service'> = {
  defaults: serviceDefaults,
  rules: [
    nameIsLabel,
    typeIsKnown,
    hasPorts,
    externalNameIsHost,
    portsAreNamed,
    selectorIsLabels,
    nodePortsFitType,
  ],
};

function serviceDefaults(body: JsonObject): JsonObject {
  const spec = field(body, 'spec') ?? {};
  if (!isJsonObject(spec)) return body;
  const ports = field(spec, 'ports');
  return {
    ...body,
    spec: {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ...spec,
      ...(isList(ports) ? { ports: ports.map(portDefaults) } : {}),
    },
  };
}

function portDefaults(port: unknown): unknown {
  if (!isJsonObject(port)) return port;
  const target = field(port, 'targetPort');
  const unset = target === undefined || target === 0 || target === '';
  return { protocol: 'TCP', ...port, ...(unset && 'port' in port ? { targetPort: port['port'] } : {}) };
}

function nameIsLabel({ metadata }: Service, findings: Findings): void {
  const fault = dns1035LabelFault(metadata.name);
  if (fault !== undefined) report(findings, 'metadata', ['metadata', 'name'], fault);
}

function typeIsKnown({ spec }: Service, findings: Findings): void {
  known(spec?.type, TYPES, ['spec', 'type'], findings);
  known(spec?.sessionAffinity, AFFINITIES, ['spec', 'sessionAffinity'], findings);
}

function known(value: string | undefined, allowed: readonly string[], path: Path, findings: Findings): void {
  if (value === undefined || allowed.includes(value)) return;
  report(findings, 'enum', path, `must be ${oneOfWords(allowed)}, not ${JSON.stringify(value)}`);
}

function hasPorts({ spec }: Service, findings: Findings): void {
  const needsNone = spec?.clusterIP === 'None' || spec?.type === 'ExternalName';
  if (needsNone || (spec?.ports ?? []).length > 0) return;
  const message = 'is required: a Service has at least one port unless it is headless or an ExternalName';
  report(findings, 'required', ['spec', 'ports'], message, { target: 'key' });
}

function externalNameIsHost({ spec }: Service, findings: Findings): void {
  if (spec?.type !== 'ExternalName') return;
  const path = ['spec', 'externalName'];
  const host = (spec.externalName ?? '').replace(/\.$/, '');
  if (host === '') report(findings, 'required', path, 'is required for type ExternalName', { target: 'key' });
  else invalid(dns1123SubdomainFault(host), path, findings);
  if (spec.clusterIP !== undefined && spec.clusterIP !== '') {
    report(findings, 'invalid', ['spec', 'clusterIP'], 'may not be set for type ExternalName');
  }
}

/** That no port repeats another's number and protocol is in the schema: they are the keys of the list. */
function portsAreNamed({ spec }: Service, findings: Findings): void {
  const ports = spec?.ports ?? [];
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const path = ['spec', 'ports', index];
    portIsValid(port, path, findings);
    const { name = '' } = port;
    if (name === '' && ports.length > 1) {
      report(findings, 'required', [...path, 'name'], 'is required when a Service has several ports', {
        target: 'key',
      });
    } else if (name !== '') {
      invalid(dns1123LabelFault(name), [...path, 'name'], findings);
      if (names.has(name))
        report(findings, 'duplicate', [...path, 'name'], `repeats the name "${name}" of another port`);
      names.add(name);
    }
  });
}

function portIsValid(port: ServicePort, path: Path, findings: Findings): void {
  known(port.protocol, PROTOCOLS, [...path, 'protocol'], findings);
  const numberFault = portNumberFault(port.port);
  invalid(numberFault, [...path, 'port'], findings, 'range');
  const { targetPort, appProtocol } = port;
  if (typeof targetPort === 'string') invalid(portNameFault(targetPort), [...path, 'targetPort'], findings);
  else if (targetPort !== undefined && (numberFault === undefined || targetPort !== port.port)) {
    invalid(portNumberFault(targetPort), [...path, 'targetPort'], findings, 'range');
  }
  if (appProtocol !== undefined) invalid(qualifiedNameFault(appProtocol), [...path, 'appProtocol'], findings);
}

function selectorIsLabels({ spec }: Service, findings: Findings): void {
  for (const [key, value] of Object.entries(spec?.selector ?? {})) {
    const path = ['spec', 'selector', key];
    const keyFault = qualifiedNameFault(key);
    if (keyFault !== undefined) report(findings, 'invalid', path, keyFault, { target: 'key' });
    invalid(labelValueFault(value), path, findings);
  }
}

/** `nodePort` is not among the fields that are read, but an API server refuses it where it has no meaning. */
function nodePortsFitType({ spec }: Service, findings: Findings): void {
  if (spec?.type !== 'ClusterIP') return;
  spec.ports?.forEach((port, index) => {
    if ('nodePort' in port && port.nodePort !== 0) {
      report(findings, 'invalid', ['spec', 'ports', index, 'nodePort'], 'may not be set for type ClusterIP');
    }
  });
}

function invalid(
  fault: string | undefined,
  path: Path,
  findings: Findings,
  rule: 'invalid' | 'range' = 'invalid',
): void {
  if (fault !== undefined) report(findings, rule, path, fault);
}
