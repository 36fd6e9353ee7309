import { memoByIdentity } from '../collections/index.js';
import { encodeField, type envoy } from '../proto/index.js';
import { displayRef, type ObjectRef } from '../resources/index.js';
import { EVERY_HOST, type Domain } from '../routing/index.js';
import { buildPart, type Part } from '../xds/index.js';

type RouteMatch = envoy.config.route.v3.RouteMatch;

/**
 * What stands ahead of a virtual host's rules: 421 for the hosts of other listeners (RFC 9110 section 15.5.20). One part for all tables of a port, since what
 * they look hosts up in is one list (DESIGN D18). None for an empty list.
 */
export function misdirectedParts(foreign: readonly Domain[], gateway: ObjectRef): readonly Part[] {
  return foreign.length === 0 ? [] : [misdirectedPart(foreign, displayRef(gateway))];
}

const misdirectedPart = memoByIdentity((foreign: readonly Domain[], gateway: string): Part => {
  const routes = matchesOf(foreign).map((match) =>
    encodeField('envoy.config.route.v3.VirtualHost', 'routes', {
      name: 'misdirected',
      match,
      directResponse: { status: 421 },
    }),
  );
  return buildPart({
    key: 'misdirected',
    bytes: Buffer.concat(routes),
    references: [],
    // Of the Gateway as a whole: its listeners share it.
    owner: { object: gateway, at: '' },
  });
});

function matchesOf(foreign: readonly Domain[]): readonly RouteMatch[] {
  if (foreign.includes(EVERY_HOST)) return [{ prefix: '/' }];
  return authorityPatterns(foreign).map((regex) => ({
    prefix: '/',
    headers: [{ name: ':authority', stringMatch: { safeRegex: { regex } } }],
  }));
}

/** Characters of one expression. RE2 takes some 600,000; what is compiled grows with it. */
const LONGEST_PATTERN = 65_536;

/**
 * RE2, full match, of the authorities with hosts of these domains, whatever the port: mostly one expression. What they have in common is written once, so that
 * what Envoy compiles for each table stays small.
 */
export function authorityPatterns(domains: readonly Domain[]): readonly string[] {
  const byParent = Map.groupBy(domains, (domain) => domain.slice(firstLabelOf(domain).length));
  const groups = [...byParent].map(
    ([parent, own]) => labelPattern(own.map(firstLabelOf)) + parent.replaceAll('.', '\\.'),
  );
  const chunks: string[] = [];
  for (const group of groups) {
    const last = chunks.at(-1);
    if (last !== undefined && last.length + group.length < LONGEST_PATTERN)
      chunks.splice(-1, 1, `${last}|${group}`);
    else chunks.push(group);
  }
  return chunks.map((chunk) => `(?i)(?:${chunk})(?::[0-9]*)?`);
}

function firstLabelOf(domain: Domain): string {
  const [label = ''] = domain.split('.', 1);
  return label;
}

/** A wildcard takes what stands beside it. */
function labelPattern(labels: readonly string[]): string {
  if (labels.includes('*')) return '[^:]+';
  return labels.length === 1 ? labels.join('') : `(?:${labels.join('|')})`;
}
