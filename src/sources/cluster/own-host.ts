import { isIP } from 'node:net';
import type { EndpointSlice, KnownObject, Pod } from '../../resources/index.js';

// An endpoint in a cluster is never the proxy's own host: whoever may write EndpointSlices could otherwise reach its admin interface, or the
// metadata service of a cloud. The API server refuses such addresses as well (discovery/v1, ValidateEndpointIP), but not those of a Pod's status.

/** An address that is none of another host: unspecified, loopback, link-local or multicast; or no address at all. */
export function isOwnHost(address: string): boolean {
  if (isIP(address) === 0) return true;
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (isIP(plain) === 4) return /^(0|127|169\.254|22[4-9]|23\d)\./.test(plain) || plain === '255.255.255.255';
  return (
    /^(::1?$|::ffff:|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:)/.test(plain) || /^(0{1,4}:){7}0{0,3}[01]$/.test(plain)
  );
}

/** The object without endpoints that are none of another host. */
export function withoutOwnHost(object: KnownObject): KnownObject {
  if (object.kind === 'EndpointSlice') return ofSlice(object);
  return object.kind === 'Pod' ? ofPod(object) : object;
}

function ofSlice(slice: EndpointSlice): EndpointSlice {
  // Names are resolved by nobody here.
  if (slice.addressType === 'FQDN') return slice;
  const endpoints = slice.endpoints.flatMap((endpoint) => {
    const addresses = endpoint.addresses.filter((address) => !isOwnHost(address));
    if (addresses.length === endpoint.addresses.length) return [endpoint];
    return addresses.length === 0 ? [] : [{ ...endpoint, addresses }];
  });
  const isSame =
    endpoints.length === slice.endpoints.length &&
    endpoints.every((each, at) => each === slice.endpoints[at]);
  return isSame ? slice : { ...slice, endpoints };
}

function ofPod(pod: Pod): Pod {
  const { podIP, podIPs = [], ...status } = pod.status ?? {};
  const kept = podIPs.filter(({ ip }) => !isOwnHost(ip));
  const isOwn = podIP !== undefined && podIP !== '' && isOwnHost(podIP);
  if (!isOwn && kept.length === podIPs.length) return pod;
  return { ...pod, status: { ...status, ...(podIP !== undefined && !isOwn && { podIP }), podIPs: kept } };
}
