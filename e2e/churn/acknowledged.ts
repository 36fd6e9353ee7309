import { envoyRuns } from '../agreement/envoy-runs.js';
import { until } from '../harness/until.js';
import type { Snapshot } from '../../src/xds/index.js';

type Fleets = readonly {
  readonly streams: readonly {
    readonly current: boolean;
    readonly rejected: readonly { readonly type: string; readonly name: string; readonly message: string }[];
  }[];
}[];

const LOOK_EVERY_MS = 4;

/** Waits until an Envoy has accepted exactly this snapshot; undefined when it has, otherwise what was seen instead. */
export async function awaitAcknowledgement(
  debugUrl: string,
  snapshot: Snapshot,
  deadlineMs: number,
): Promise<string | undefined> {
  try {
    await until('the acknowledgement', () => envoyRuns(debugUrl, snapshot), deadlineMs, LOOK_EVERY_MS);
    return undefined;
  } catch {
    return await whyNot(debugUrl, snapshot);
  }
}

async function whyNot(debugUrl: string, { fleet, resources }: Snapshot): Promise<string> {
  type Config = Readonly<
    Record<string, Readonly<Record<string, readonly { name: string; version: string }[]>>>
  >;
  const config = (await (await fetch(`${debugUrl}/config?fleet=${fleet}`)).json()) as Config;
  const served = new Set(
    Object.values(config[fleet] ?? {}).flatMap((all) => all.map(({ name, version }) => `${name} ${version}`)),
  );
  const wanted = new Set(
    Object.values(resources).flatMap((all) =>
      [...all.values()].map(({ name, version }) => `${name} ${version}`),
    ),
  );
  const difference = { missing: [...wanted.difference(served)], extra: [...served.difference(wanted)] };
  const fleets = (await (await fetch(`${debugUrl}/fleets`)).json()) as Fleets;
  return JSON.stringify({ ...difference, streams: fleets.flatMap(({ streams }) => streams) });
}

/** What Envoy refused during the run: NACKs by type, and what is refused now, in Envoy's words. */
export interface Rejections {
  readonly total: number;
  readonly now: readonly string[];
}

export async function rejectionsOf(debugUrl: string): Promise<Rejections> {
  const metrics = await (await fetch(`${debugUrl}/metrics`)).text();
  const counts = [...metrics.matchAll(/^windlass_xds_events_total\{.*event="nacks".*\} (\d+)$/gm)];
  const fleets = (await (await fetch(`${debugUrl}/fleets`)).json()) as Fleets;
  return {
    total: counts.reduce((sum, [, count]) => sum + Number(count), 0),
    now: fleets.flatMap(({ streams }) =>
      streams.flatMap(({ rejected }) =>
        rejected.map(({ type, name, message }) => `${type} ${name}: ${message}`),
      ),
    ),
  };
}
