import { any, encode, type envoy } from '../proto/index.js';
import { EVERY_HOST, type Fleet, type L4Target, type PortModel } from '../routing/index.js';
import { buildPart, buildResource, buildSection, type Resource } from '../xds/index.js';
import { tcpAddress, udpAddress } from './address.js';
import { countEncoded } from './counters.js';
import { LISTENER } from './defaults.js';
import { streamChainParts } from './l4-filter-chain.js';
import { filterChainPart } from './filter-chain.js';
import { memoByContent } from './memo.js';
import { EXTENSIONS, gatewayOwner, listenerName, statPrefix } from './names.js';
import { udpProxy } from './udp-proxy.js';

const remembered = memoByContent<Resource>();

/**
 * One bound port on all the Gateway's addresses. Anything but its filter chains is part of its head: when that changes, Envoy replaces the
 * listener and drains its connections.
 */
export function listenerResource(fleet: Fleet, port: PortModel): Resource {
  const chains = [
    ...port.tables.map((table) => filterChainPart(fleet, table)),
    ...port.streams.flatMap((stream) =>
      stream.protocol === 'UDP' ? [] : streamChainParts(fleet, port.port, stream),
    ),
  ];
  const name = listenerName(fleet, port);
  const target = targetOf(port);
  const identity = [
    fleet.id,
    name,
    port.bindPort,
    port.protocol,
    target?.cluster.name,
    fleet.addresses,
    chains.map(({ key, hash }) => [key, hash]),
  ];
  return remembered(JSON.stringify(identity), () => {
    countEncoded('listeners');
    const head = buildPart({
      key: 'listener',
      bytes: encode('envoy.config.listener.v3.Listener', listenerHead(name, fleet.addresses, port)),
      references: target === undefined ? [] : [{ type: 'cluster', name: target.cluster.name }],
      owner: gatewayOwner(fleet),
    });
    return buildResource({
      type: 'listener',
      name,
      sections: [buildSection({ key: 'listener', parts: [head, ...chains] })],
    });
  });
}

/** Where datagrams go; undefined: nowhere, or it is not a port of UDP. */
function targetOf({ protocol, streams }: PortModel): L4Target | undefined {
  return protocol === 'UDP' ? streams[0]?.chains.get(EVERY_HOST)?.target : undefined;
}

function listenerHead(
  name: string,
  addresses: readonly string[],
  port: PortModel,
): envoy.config.listener.v3.Listener {
  const bind = port.protocol === 'UDP' ? udpAddress : tcpAddress;
  const [first, ...others] = addresses.map((address) => bind(address, port.bindPort));
  return {
    name,
    address: first,
    ...(others.length > 0 && { additionalAddresses: others.map((address) => ({ address })) }),
    statPrefix: statPrefix(name),
    ...LISTENER.values,
    ...(port.protocol === 'UDP' && { listenerFilters: [udpProxy(name, targetOf(port))] }),
    ...((port.protocol === 'HTTPS' || port.protocol === 'TLS') && {
      listenerFilters: [
        {
          name: EXTENSIONS.tlsInspector,
          typedConfig: any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
        },
      ],
    }),
  };
}
