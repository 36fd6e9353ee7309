// EndpointSlice: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/, defaults and rules as in
// k8s.io/kubernetes/pkg/apis/discovery (v1/defaults.go, validation/validation.go).
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { dns1123LabelFault, dns1123SubdomainFault, qualifiedNameFault } from '../names.js';
import { oneOfWords, report, type Findings, type Path } from '../schema/findings.js';
import { field, isJsonObject, isList, type JsonObject } from '../schema/json.js';
import type { EndpointSlice } from '../types/index.js';
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
      return isIPv4(address) ? rangeFault(address, 'ipv4') : 'must be an IPv4 address';
    case 'IPv6':
      if (!isIPv6(address) || address.includes('%') || IPV4_MAPPED.check(address, 'ipv6'))
        return 'must be an IPv6 address';
      return rangeFault(address, 'ipv6');
    case 'FQDN':
      return fqdnFault(address.replace(/\.$/, ''));
    default:
      return undefined;
  }
}

/**
 * Ranges no endpoint may be in. An API server also refuses loopback (127.0.0.0/8 and ::1); on one machine those are just what
 * a backend has, so they are accepted here: the one exception, docs/decisions/0003-validation.md.
 */
const REFUSED_RANGES: readonly { readonly words: string; readonly range: BlockList }[] = [
  { words: 'may not be unspecified', range: range(['0.0.0.0', 32, 'ipv4'], ['::', 128, 'ipv6']) },
  {
    words: 'may not be link-local (169.254.0.0/16, fe80::/10)',
    range: range(['169.254.0.0', 16, 'ipv4'], ['fe80::', 10, 'ipv6']),
  },
  {
    words: 'may not be link-local multicast (224.0.0.0/24, ff02::/10)',
    range: range(['224.0.0.0', 24, 'ipv4'], ['ff02::', 16, 'ipv6']),
  },
];

const IPV4_MAPPED = range(['::ffff:0:0', 96, 'ipv6']);

function range(...subnets: readonly [string, number, 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList();
  for (const [net, prefix, family] of subnets) list.addSubnet(net, prefix, family);
  return list;
}

function rangeFault(address: string, family: 'ipv4' | 'ipv6'): string | undefined {
  return REFUSED_RANGES.find(({ range: refused }) => refused.check(address, family))?.words;
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
