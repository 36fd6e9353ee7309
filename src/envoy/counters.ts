/** How many parts of each sort were really encoded since the process started: tests and metrics show with it that unchanged input costs nothing. */
export interface EncodeCounters {
  readonly routes: number;
  readonly virtualHosts: number;
  readonly tables: number;
  readonly filterChains: number;
  readonly listeners: number;
  readonly clusters: number;
  readonly endpoints: number;
  readonly secrets: number;
  readonly snapshots: number;
}

const counts: { -readonly [K in keyof EncodeCounters]: number } = {
  routes: 0,
  virtualHosts: 0,
  tables: 0,
  filterChains: 0,
  listeners: 0,
  clusters: 0,
  endpoints: 0,
  secrets: 0,
  snapshots: 0,
};

export function countEncoded(sort: keyof EncodeCounters): void {
  counts[sort] += 1;
}

/** The counters of this moment. */
export function encodeCounters(): EncodeCounters {
  return { ...counts };
}
