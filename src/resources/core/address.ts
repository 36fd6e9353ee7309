import { BlockList, isIPv4, isIPv6 } from 'node:net';

// What may be the address of an endpoint. Source: k8s.io/kubernetes/pkg/apis/core/validation, ValidateEndpointIP.

export function ipv4Fault(address: string): string | undefined {
  return isIPv4(address) ? rangeFault(address, 'ipv4') : 'must be an IPv4 address';
}

export function ipv6Fault(address: string): string | undefined {
  if (!isIPv6(address) || address.includes('%') || IPV4_MAPPED.check(address, 'ipv6'))
    return 'must be an IPv6 address';
  return rangeFault(address, 'ipv6');
}

/** Of an address of either family. */
export function addressFault(address: string): string | undefined {
  if (isIPv4(address)) return ipv4Fault(address);
  return isIPv6(address) ? ipv6Fault(address) : 'must be an IP address';
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
