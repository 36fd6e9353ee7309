import { commonEnds } from '../collections/index.js';
import { encode, fieldNumber } from '../proto/index.js';
import { displayRef, type ObjectRef } from '../resources/index.js';
import { coveringDomains, type Entrance, type VirtualHostModel } from '../routing/index.js';
import { buildPart, buildSection, type Part, type Section } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { misdirectedParts } from './misdirected.js';
import { routePart, unusableHost } from './route.js';

const VIRTUAL_HOSTS = fieldNumber('envoy.config.route.v3.RouteConfiguration', 'virtualHosts');

/** A virtual host that was encoded before, for the same Gateway and entrance. */
export interface EncodedVirtualHost {
  readonly model: VirtualHostModel;
  readonly section: Section;
}

/**
 * A framed section: the virtual host's own fields, what refuses requests for other listeners' hosts, then its routes. It is named for its one domain: names are unique in a table because domains are.
 * Parts of `previous` are taken over for the rules that it has in common with it at both ends.
 */
export function virtualHostSection(
  host: VirtualHostModel,
  gateway: ObjectRef,
  entrance: Entrance,
  previous: EncodedVirtualHost | undefined,
): Section {
  countEncoded('virtualHosts');
  const known = previous?.model.listener === host.listener ? previous : undefined;
  const former = known?.section.parts ?? [];
  const [head = headOf(host, gateway)] = former;
  const { start, end } = commonEnds(known?.model.rules ?? [], host.rules);
  const foreign = misdirectedParts(host.foreign, gateway);
  const leading = 1 + misdirectedParts(known?.model.foreign ?? [], gateway).length;
  const between = host.rules.slice(start, host.rules.length - end);
  const [, ...wider] = coveringDomains(host.domain);
  return buildSection({
    key: host.domain,
    frame: VIRTUAL_HOSTS,
    parts: [head].concat(
      foreign,
      former.slice(leading, leading + start),
      between.map((entry) => routePart(entry, entrance)),
      former.slice(former.length - end),
    ),
    fallback: known?.section.fallback ?? [head, unusableHost(head.owner)],
    wider,
  });
}

function headOf({ domain, listener }: VirtualHostModel, gateway: ObjectRef): Part {
  return buildPart({
    key: 'virtualHost',
    bytes: encode('envoy.config.route.v3.VirtualHost', { name: domain, domains: [domain] }),
    references: [],
    owner: { object: displayRef(gateway), at: listener },
  });
}
