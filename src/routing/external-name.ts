// What an ExternalName Service may name. Whoever may write a Service could otherwise reach what only the proxy can reach.

/** Whether the name means the proxy's own host, its metadata service or any address at all. */
export function isSelfReference(hostname: string): boolean {
  const name = hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    /^(?:0|127)(?:\.\d+){0,3}$/.test(name) ||
    name.startsWith('169.254.') ||
    /^(?:0x|\d+$)/.test(name) ||
    name === '::' ||
    name === '::1' ||
    name.startsWith('::ffff:')
  );
}

/** Whether a resolver would take the name for an address: no last label of a hostname is a number. */
export function isIpLike(hostname: string): boolean {
  return /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(hostname.toLowerCase());
}
