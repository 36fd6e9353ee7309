import { snapshotVersion, type Snapshot } from '../../src/xds/index.js';

type Fleets = readonly {
  readonly fleet: string;
  readonly version?: string;
  readonly streams: readonly { readonly accepted: boolean }[];
}[];

/**
 * True when the control plane serves exactly `snapshot`, by version, and every connected Envoy – at least one – has acknowledged all that it adds or
 * alters. Versions are hashes of content: what was computed here and what the control plane computed are the same bytes. (Envoy's own
 * `/config_dump` cannot tell: a listener whose filter chains were updated in place keeps its first version there.)
 */
export async function envoyRuns(debugUrl: string, snapshot: Snapshot): Promise<true | undefined> {
  const fleets = (await (await fetch(`${debugUrl}/fleets`)).json()) as Fleets;
  const served = fleets.find(({ fleet }) => fleet === snapshot.fleet);
  const accepted = served?.streams.map((stream) => stream.accepted) ?? [];
  return served?.version === snapshotVersion(snapshot) && accepted.length > 0 && !accepted.includes(false)
    ? true
    : undefined;
}
