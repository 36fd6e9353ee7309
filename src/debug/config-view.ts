import type { ConfigDump, DumpedResource } from '../envoy/index.js';

/** Names of types as users write them (`--type`, `?type=`), in the order in which a change is pushed. */
const TYPES = {
  clusters: 'cluster',
  endpoints: 'endpoints',
  listeners: 'listener',
  routes: 'routes',
  secrets: 'secret',
} as const satisfies Record<string, keyof ConfigDump>;

export type ConfigType = keyof typeof TYPES;
export type ConfigView = Readonly<Partial<Record<ConfigType, readonly DumpedResource[]>>>;

export const CONFIG_TYPES: readonly ConfigType[] = [
  'clusters',
  'endpoints',
  'listeners',
  'routes',
  'secrets',
];

/** What one fleet's Envoys get, of all types or of one; secrets are redacted already. */
export function configView(dump: ConfigDump, only: ConfigType | undefined): ConfigView {
  const types = only === undefined ? CONFIG_TYPES : [only];
  return Object.fromEntries(types.map((type) => [type, dump[TYPES[type]]]));
}
