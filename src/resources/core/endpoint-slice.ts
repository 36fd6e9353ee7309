// EndpointSlice: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/, defaults and rules as in
// k8s.io/kubernetes/pkg/apis/discovery (v1/defaults.go, validation/validation.go).
import { dns1123LabelFault, dns1123SubdomainFault, qualifiedNameFault } from '../names.js';
import { oneOfWords, report, type Findings, type Path } from '../schema/findings.js';
import { field, isJsonObject, isList, type JsonObject } from '../schema/json.js';
import type { EndpointSlice } from '../types/index.js';
import { ipv4Fault, ipv6Fault } from './address.js';
import type { CoreKind } from './core-kind.js';
import { PROTOCOLS } from './service.js';

const ADDRESS_TYPES = ['IPv4', 'IPv6', 'FQDN'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;

export const endpointSlice: CoreKind<'EndpointSlice'> = {
  defaults: endpointSliceDefaults,
  rules: [addressTypeIsKnown, endpointsHaveAddresses, portsAreUnique],
};

/** An export of a slice without endpoints says `endpoints: null`, which is dropped before and is no fault. */
function endpointSliceDefaults(body: JsonObject): JsonObject {
  const ports = field(body, 'ports');
  return { endpoints: [], ...body, ...(isList(ports) ? { ports: ports.map(portDefaults) } : {}) };
}

function portDefaults(port: unknown): unknown {
  return isJsonObject(port) ? { name: '', protocol: 'TCP', ...port } : port;
}

function addressTypeIsKnown({ addressType }: EndpointSlice, findings: Findings): void {
  if (ADDRESS_TYPES.includes(addressType)) return;
  report(
    findings,
    'enum',
    ['addressType'],
    `must be ${oneOfWords(ADDRESS_TYPES)}, not ${JSON.stringify(addressType)}`,
  );
}

function endpointsHaveAddresses({ addressType, endpoints }: EndpointSlice, findings: Findings): void {
  if (endpoints.length > MAX_ENDPOINTS) {
    report(
      findings,
      'items',
      ['endpoints'],
      `must have at most ${MAX_ENDPOINTS} entries, not ${endpoints.length}`,
    );
    return;
  }
  endpoints.forEach(({ addresses }, index) => {
    const path = ['endpoints', index, 'addresses'];
    if (addresses.length === 0) report(findings, 'items', path, 'must have at least 1 entry');
    if (addresses.length > MAX_ADDRESSES) {
      report(findings, 'items', path, `must have at most ${MAX_ADDRESSES} entries, not ${addresses.length}`);
    }
    addresses.forEach((address, at) => {
      const fault = addressFault(addressType, address);
      if (fault !== undefined)
        report(findings, 'invalid', [...path, at], `${JSON.stringify(address)} ${fault}`);
    });
  });
}

function addressFault(addressType: EndpointSlice['addressType'], address: string): string | undefined {
  switch (addressType) {
    case 'IPv4':
      return ipv4Fault(address);
    case 'IPv6':
      return ipv6Fault(address);
    case 'FQDN':
      return fqdnFault(address.replace(/\.$/, ''));
    default:
      return undefined;
  }
}

function fqdnFault(host: string): string | undefined {
  if (dns1123SubdomainFault(host) !== undefined) return 'must be a domain name in lower case';
  const labels = host.split('.');
  if (labels.length < 2) return 'must be a domain name of at least two labels';
  return labels.some((label) => dns1123LabelFault(label) !== undefined)
    ? 'must have labels of at most 63 characters'
    : undefined;
}

function portsAreUnique({ ports = [] }: EndpointSlice, findings: Findings): void {
  const names = new Set<string>();
  ports.forEach(({ name = '', port, protocol = 'TCP', appProtocol }, index) => {
    const path: Path = ['ports', index];
    const nameFault = name === '' ? undefined : dns1123LabelFault(name);
    if (nameFault !== undefined) report(findings, 'invalid', [...path, 'name'], nameFault);
    if (names.has(name))
      report(findings, 'duplicate', [...path, 'name'], `repeats the name "${name}" of another port`);
    names.add(name);
    if (port !== undefined && (port < 1 || port > 65535)) {
      report(findings, 'range', [...path, 'port'], 'must be between 1 and 65535');
    }
    if (!PROTOCOLS.includes(protocol)) {
      report(
        findings,
        'enum',
        [...path, 'protocol'],
        `must be ${oneOfWords(PROTOCOLS)}, not ${JSON.stringify(protocol)}`,
      );
    }
    const protocolFault = appProtocol === undefined ? undefined : qualifiedNameFault(appProtocol);
    if (protocolFault !== undefined) report(findings, 'invalid', [...path, 'appProtocol'], protocolFault);
  });
}
