import { memoByContent } from '../collections/index.js';
import { any, encode, type envoy } from '../proto/index.js';
import { EVERY_HOST, type Fleet, type L4Target, type PortModel } from '../routing/index.js';
import { buildPart, buildResource, buildSection, type Part, type Resource } from '../xds/index.js';
import { tcpAddress, udpAddress } from './address.js';
import { countEncoded } from './counters.js';
import { LISTENER } from './defaults.js';
import { streamChainParts } from './l4-filter-chain.js';
import { filterChainPart } from './filter-chain.js';
import { rulePermit } from './l4-permits.js';
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
    const head = headOf(fleet, name, port, target);
    return buildResource({
      type: 'listener',
      name,
      sections: [buildSection({ key: 'listener', parts: [head, ...chains] })],
    });
  });
}

/** Whether nothing that a listener is made of differs: routes change without looking at its chains. False where it is not known. */
export function isSameListener(a: Fleet, port: PortModel, b: Fleet, other: PortModel): boolean {
  return (
    a.id === b.id &&
    a.addresses === b.addresses &&
    a.tracing === b.tracing &&
    port.bindPort === other.bindPort &&
    port.protocol === other.protocol &&
    port.streams === other.streams &&
    port.tables.length === other.tables.length &&
    port.tables.every(({ name, listener }, i) => {
      const table = other.tables[i];
      return table?.name === name && table.listener === listener;
    })
  );
}

/** For datagrams it says where they go. */
function headOf(fleet: Fleet, name: string, port: PortModel, target: L4Target | undefined): Part {
  const owner = target === undefined ? gatewayOwner(fleet) : gatewayOwner(fleet, port.streams[0]?.listener);
  const part = (to: L4Target | undefined): Parameters<typeof buildPart>[0] => ({
    key: 'listener',
    bytes: encode('envoy.config.listener.v3.Listener', listenerHead(name, fleet.addresses, port, to)),
    references: to === undefined ? [] : [{ type: 'cluster', name: to.cluster.name }],
    owner,
  });
  if (target === undefined) return buildPart(part(undefined));
  return buildPart({
    ...part(target),
    permits: [rulePermit(target)],
    replacement: buildPart(part(undefined)),
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
  target: L4Target | undefined,
): envoy.config.listener.v3.Listener {
  const bind = port.protocol === 'UDP' ? udpAddress : tcpAddress;
  const [first, ...others] = addresses.map((address) => bind(address, port.bindPort));
  return {
    name,
    address: first,
    ...(others.length > 0 && { additionalAddresses: others.map((address) => ({ address })) }),
    statPrefix: statPrefix(name),
    ...LISTENER.values,
    ...(port.protocol === 'UDP' && { listenerFilters: [udpProxy(name, target)] }),
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
