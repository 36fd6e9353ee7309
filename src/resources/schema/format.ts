// Formats that an API server checks: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#schema-validation
import { isIP, isIPv4, isIPv6 } from 'node:net';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** By format name: what a string must be, and how a message says it. Unknown formats are ignored, as the API server does. */
const STRING_FORMATS: ReadonlyMap<
  string,
  { readonly accepts: (text: string) => boolean; readonly wants: string }
> = new Map(
  Object.entries({
    ipv4: { accepts: isIPv4, wants: 'an IPv4 address' },
    ipv6: { accepts: (text) => isIPv6(text) && !text.includes('%'), wants: 'an IPv6 address' },
    ip: { accepts: (text) => isIP(text) !== 0, wants: 'an IP address' },
    uuid: { accepts: (text) => UUID.test(text), wants: 'a UUID' },
    byte: { accepts: isBase64, wants: 'base64' },
    'date-time': {
      accepts: (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)),
      wants: 'a time such as 2026-01-31T12:00:00Z (RFC 3339)',
    },
  }),
);

const INTEGER_RANGES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['int32', [-(2 ** 31), 2 ** 31 - 1]],
  ['int64', [-(2 ** 63), 2 ** 63 - 1]],
]);

/** What is wrong with a value of the right type that has a format; never repeats the value, which may be secret. */
export function formatFault(format: string, value: string | number): string | undefined {
  if (typeof value === 'string') {
    const known = STRING_FORMATS.get(format);
    return known === undefined || known.accepts(value) ? undefined : `must be ${known.wants}`;
  }
  const range = INTEGER_RANGES.get(format);
  if (range === undefined || (value >= range[0] && value <= range[1])) return undefined;
  return `must fit into ${format} (${range[0]} to ${range[1]})`;
}

/** Standard base64 with padding; line breaks are allowed, as Go's decoder allows them. */
function isBase64(text: string): boolean {
  const bare = text.replace(/[\r\n]/g, '');
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
}
