import type { ResourceType, Snapshot } from '../../src/xds/index.js';

/** How `/config` names the types. */
const NAMES = {
  cluster: 'clusters',
  endpoints: 'endpoints',
  listener: 'listeners',
  routes: 'routes',
  secret: 'secrets',
} as const satisfies Record<ResourceType, string>;

type Config = Readonly<Record<string, Readonly<Record<string, readonly Dumped[]>>>>;
type Dumped = { readonly name: string; readonly version: string };
type Fleets = readonly {
  readonly fleet: string;
  readonly streams: readonly { readonly current: boolean }[];
}[];

/**
 * True when the control plane serves exactly `snapshot`, by version, and an Envoy has acknowledged all of it. Versions are hashes of content: what was
 * computed here and what the control plane computed are the same bytes. (Envoy's own `/config_dump` cannot tell: a listener whose filter
 * chains were updated in place keeps its first version there.)
 */
export async function envoyRuns(debugUrl: string, { fleet, resources }: Snapshot): Promise<true | undefined> {
  const get = async (path: string): Promise<unknown> => await (await fetch(debugUrl + path)).json();
  const served = ((await get(`/config?fleet=${fleet}`)) as Config)[fleet];
  for (const [type, wanted] of Object.entries(resources)) {
    const versions = new Map(
      served?.[NAMES[type as ResourceType]]?.map(({ name, version }) => [name, version]),
    );
    if (versions.size !== wanted.size) return undefined;
    for (const { name, version } of wanted.values()) if (versions.get(name) !== version) return undefined;
  }
  const fleets = (await get('/fleets')) as Fleets;
  return fleets.find((entry) => entry.fleet === fleet)?.streams.some(({ current }) => current) === true
    ? true
    : undefined;
}
