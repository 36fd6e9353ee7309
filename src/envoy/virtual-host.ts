import { commonEnds } from '../collections/index.js';
import { encode, fieldNumber } from '../proto/index.js';
import { displayRef, type ObjectRef } from '../resources/index.js';
import { coveringDomains, type Entrance, type VirtualHostModel } from '../routing/index.js';
import { buildPart, buildSection, type Part, type Section } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { askingOfListener, guardOfListener, permitsOfListener } from './external-auth.js';
import { filterConfigField } from './filter-config.js';
import { misdirectedParts } from './misdirected.js';
import { routePart, unmatched, unusableHost } from './route.js';

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
  const { filters, rules } = host;
  const [, ...wider] = coveringDomains(host.domain);
  if (filters.fault !== undefined) return unusableSection(host, gateway, wider);
  const isSame = previous?.model.listener === host.listener && previous.model.filters === filters;
  const known = isSame ? previous : undefined;
  const [head = headOf(host, gateway), ...former] = known?.section.parts ?? [];
  const old = known?.model.rules ?? [];
  const { start, end } = commonEnds(old, rules);
  const between = rules.slice(start, rules.length - end);
  const fallback = known?.section.fallback ?? [plainHeadOf(host, gateway), unusableHost(head.owner)];
  const kept = former.slice(misdirectedParts(known?.model.foreign ?? [], gateway).length);
  const parts = [head].concat(
    misdirectedParts(host.foreign, gateway),
    kept.slice(0, start),
    between.map((entry) => routePart(entry, entrance)),
    kept.slice(old.length - end, old.length),
    // Filters act on requests that have a route.
    filters.auth.length > 0 ? unmatched(head.owner) : [],
  );
  return buildSection({
    key: host.domain,
    frame: VIRTUAL_HOSTS,
    parts,
    fallback,
    wider,
  });
}

/** All its requests are answered 500. */
function unusableSection(host: VirtualHostModel, gateway: ObjectRef, wider: readonly string[]): Section {
  const plain = plainHeadOf(host, gateway);
  const unusable = unusableHost(plain.owner);
  return buildSection({
    key: host.domain,
    frame: VIRTUAL_HOSTS,
    // None of its requests gets by while an earlier version is served.
    parts: [{ ...plain, guard: guardOfListener(host.filters) }, unusable],
    fallback: [plain, unusable],
    wider,
  });
}

function headOf(host: VirtualHostModel, gateway: ObjectRef): Part {
  const { domain, listener, filters } = host;
  if (filters.auth.length === 0) return plainHeadOf(host, gateway);
  const { filters: asking, references } = askingOfListener(filters);
  return buildPart({
    key: 'virtualHost',
    bytes: encode('envoy.config.route.v3.VirtualHost', {
      name: domain,
      domains: [domain],
      ...filterConfigField(asking),
    }),
    references,
    permits: permitsOfListener(filters),
    guard: guardOfListener(filters),
    owner: { object: displayRef(gateway), at: listener },
  });
}

/** Of a host that asks nobody. */
function plainHeadOf({ domain, listener }: VirtualHostModel, gateway: ObjectRef): Part {
  return buildPart({
    key: 'virtualHost',
    bytes: encode('envoy.config.route.v3.VirtualHost', { name: domain, domains: [domain] }),
    references: [],
    owner: { object: displayRef(gateway), at: listener },
  });
}
