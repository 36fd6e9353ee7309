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

/** Waits until every connected Envoy has accepted all of this snapshot; undefined when it has, otherwise what was seen instead. */
export async function awaitAcknowledgement(
  debugUrl: () => string,
  snapshot: Snapshot,
  deadlineMs: number,
): Promise<string | undefined> {
  try {
    await until('the acknowledgement', () => envoyRuns(debugUrl(), snapshot), deadlineMs, LOOK_EVERY_MS);
    return undefined;
  } catch {
    return await whyNot(debugUrl(), snapshot).catch(String);
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

/** What Envoy refused during the run: how many responses, as the log says of however many control planes, and what is refused now, in Envoy's words. */
export interface Rejections {
  readonly total: number;
  readonly now: readonly string[];
}

export async function rejectionsOf(debugUrl: string, log: string): Promise<Rejections> {
  const fleets = (await (await fetch(`${debugUrl}/fleets`)).json()) as Fleets;
  return {
    total: [...log.matchAll(/envoy rejected configuration/g)].length,
    now: fleets.flatMap(({ streams }) =>
      streams.flatMap(({ rejected }) =>
        rejected.map(({ type, name, message }) => `${type} ${name}: ${message}`),
      ),
    ),
  };
}
