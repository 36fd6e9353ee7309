// Hostnames of listeners and routes: intersection, coverage, specificity.
// Source: Gateway API, HTTPRouteSpec.hostnames and Listener.hostname; DESIGN D18.

/** `*`, `*.example.com` or an exact host; lower case. A listener or route without a hostname has `*`. */
export type Domain = string;

export const EVERY_HOST: Domain = '*';

/** A wildcard spans one label or more, never the bare domain. */
export function covers(wide: Domain, narrow: Domain): boolean {
  if (wide === EVERY_HOST || wide === narrow) return true;
  return wide.startsWith('*.') && narrow.length > wide.length - 1 && narrow.endsWith(wide.slice(1));
}

/** The hosts that both take; undefined: none. */
export function intersect(a: Domain, b: Domain): Domain | undefined {
  if (covers(a, b)) return b;
  return covers(b, a) ? a : undefined;
}

/** All domains that cover this one, from itself to `*`. */
export function coveringDomains(domain: Domain): readonly Domain[] {
  if (domain === EVERY_HOST) return [EVERY_HOST];
  const domains = [domain];
  const bare = domain.startsWith('*.') ? domain.slice(2) : domain;
  for (let dot = bare.indexOf('.'); dot >= 0; dot = bare.indexOf('.', dot + 1))
    domains.push(`*${bare.slice(dot)}`);
  domains.push(EVERY_HOST);
  return domains;
}

/**
 * Orders domains that cover a common host: exact first, then the longer wildcard, `*` last; 0 only for equal ones among those.
 */
export function compareSpecificity(a: Domain, b: Domain): number {
  return specificity(b) - specificity(a);
}

function specificity(domain: Domain): number {
  if (domain === EVERY_HOST) return 0;
  // A hostname has at most 253 characters.
  return domain.startsWith('*.') ? domain.length : 1_000 + domain.length;
}

/** Gateway API forbids addresses as hostnames; CRDs check it for TLSRoute alone. IPv6 cannot pass the pattern of the schema. */
export function isIpAddress(hostname: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}
