import {
  startReflector,
  type ApiClient,
  type Reflector,
  type ServerObject,
} from '../../src/kubernetes/index.js';

/** From the moment that a Gateway was first seen until it was first seen Programmed, by the clock of who looks. Milliseconds. */
export interface GatewayTimes {
  /** Gateways that were Programmed as they were created. */
  readonly count: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  /** That took the longest, as namespace/name. */
  readonly slowest: string;
  /** Programmed only after their spec had been changed, as tests do with what they refuse first. */
  readonly changed: number;
  /** Never Programmed, as namespace/name in ascending order: tests refuse them, or end before. */
  readonly never: readonly string[];
}

interface Gateway extends ServerObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly observedGeneration?: number;
    }[];
  };
}

interface Seen {
  readonly name: string;
  readonly sinceMs: number;
  programmed: { readonly afterMs: number; readonly generation: number } | undefined;
}

/** Takes down when Gateways are seen. */
export class GatewayClock {
  readonly #seen = new Map<string, Seen>();

  /** @param nowMs of a clock that only goes on */
  see({ metadata, status }: Gateway, nowMs: number): void {
    const { uid = '', namespace = '', name } = metadata;
    const seen = this.#seen.get(uid) ?? {
      name: `${namespace}/${name}`,
      sinceMs: nowMs,
      programmed: undefined,
    };
    this.#seen.set(uid, seen);
    const programmed = status?.conditions?.find(({ type }) => type === 'Programmed');
    if (seen.programmed !== undefined || programmed?.status !== 'True') return;
    seen.programmed = { afterMs: nowMs - seen.sinceMs, generation: programmed.observedGeneration ?? 0 };
  }

  get times(): GatewayTimes {
    return timesOf([...this.#seen.values()]);
  }
}

/** Has the clock see every Gateway that is made from now on. */
export function watchGateways(client: ApiClient, clock: GatewayClock): Reflector {
  let isFirst = true;
  return startReflector<Gateway>({
    client,
    path: '/apis/gateway.networking.k8s.io/v1/gateways',
    onChange: ({ upserts }) => {
      // Those that are there already were made before.
      if (!isFirst) for (const { object } of upserts) clock.see(object, performance.now());
      isFirst = false;
    },
    onState: () => undefined,
  });
}

function timesOf(all: readonly Seen[]): GatewayTimes {
  const atOnce = all
    .flatMap(({ name, programmed }) =>
      programmed?.generation === 1 ? [{ name, ms: programmed.afterMs }] : [],
    )
    .toSorted((a, b) => a.ms - b.ms);
  const never = all.filter(({ programmed }) => programmed === undefined).map(({ name }) => name);
  const rank = (share: number): number =>
    Math.round(atOnce[Math.max(0, Math.ceil(share * atOnce.length) - 1)]?.ms ?? 0);
  return {
    count: atOnce.length,
    medianMs: rank(0.5),
    p95Ms: rank(0.95),
    maxMs: rank(1),
    slowest: atOnce.at(-1)?.name ?? '',
    changed: all.length - never.length - atOnce.length,
    never: never.toSorted(),
  };
}
