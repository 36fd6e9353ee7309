import { any, encode, type envoy } from '../proto/index.js';
import type { Fleet, PortModel } from '../routing/index.js';
import { buildPart, buildResource, buildSection, type Resource } from '../xds/index.js';
import { tcpAddress } from './address.js';
import { countEncoded } from './counters.js';
import { LISTENER } from './defaults.js';
import { filterChainPart } from './filter-chain.js';
import { memoByContent } from './memo.js';
import { EXTENSIONS, gatewayOwner, listenerName, statPrefix } from './names.js';

const remembered = memoByContent<Resource>();

/**
 * One bound port on all the Gateway's addresses. Anything but its filter chains is part of its head: when that changes, Envoy replaces the
 * listener and drains its connections.
 */
export function listenerResource(fleet: Fleet, port: PortModel): Resource {
  const chains = port.tables.map((table) => filterChainPart(fleet, table));
  const name = listenerName(fleet, port.port);
  const identity = [
    fleet.id,
    name,
    port.bindPort,
    port.protocol,
    fleet.addresses,
    chains.map(({ key, hash }) => [key, hash]),
  ];
  return remembered(JSON.stringify(identity), () => {
    countEncoded('listeners');
    const head = buildPart({
      key: 'listener',
      bytes: encode('envoy.config.listener.v3.Listener', listenerHead(name, fleet.addresses, port)),
      references: [],
      owner: gatewayOwner(fleet),
    });
    return buildResource({
      type: 'listener',
      name,
      sections: [buildSection({ key: 'listener', parts: [head, ...chains] })],
    });
  });
}

function listenerHead(
  name: string,
  addresses: readonly string[],
  port: PortModel,
): envoy.config.listener.v3.Listener {
  const [first, ...others] = addresses.map((address) => tcpAddress(address, port.bindPort));
  return {
    name,
    address: first,
    ...(others.length > 0 && { additionalAddresses: others.map((address) => ({ address })) }),
    statPrefix: statPrefix(name),
    ...LISTENER.values,
    ...(port.protocol === 'HTTPS' && {
      listenerFilters: [
        {
          name: EXTENSIONS.tlsInspector,
          typedConfig: any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
        },
      ],
    }),
  };
}
