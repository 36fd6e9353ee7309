import { envoy } from '../proto/index.js';

/** A TCP address. `address` is an IPv4 or IPv6 address, or a host name where Envoy resolves names (DNS clusters). */
export function tcpAddress(address: string, port: number): envoy.config.core.v3.Address {
  return { socketAddress: { address, portValue: port } };
}

/** A UDP address to listen on. Endpoints of UDP are written as those of TCP. */
export function udpAddress(address: string, port: number): envoy.config.core.v3.Address {
  const { UDP } = envoy.config.core.v3.SocketAddress.Protocol;
  return { socketAddress: { address, portValue: port, protocol: UDP } };
}
