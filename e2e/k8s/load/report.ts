/**
 * What clients do: `kept` asks again and again over HTTP/1.1 connections that it keeps, `fresh` makes a connection for each request, `http2` asks many things at a
 * time over one; `webSocket` and `stream` keep a connection busy for some seconds; `forever` is an upgraded connection that is kept as long as it lasts.
 */
export const CLIENTS = ['kept', 'fresh', 'http2', 'webSocket', 'stream', 'forever'] as const;
export type ClientKind = (typeof CLIENTS)[number];

export interface LoadOptions {
  readonly address: string;
  readonly port: number;
  readonly host: string;
  /** Over TLS, with the host as server name. */
  readonly isSecure: boolean;
  /** How many of each kind; none of those that are not named. */
  readonly clients: Readonly<Partial<Record<ClientKind, number>>>;
}

/** Times are milliseconds of the wall clock. */
export interface Failure {
  readonly client: ClientKind;
  readonly at: number;
  /** When it was sent. */
  readonly from: number;
  readonly why: string;
  /** Of the client's end; undefined: none came to be. */
  readonly port: number | undefined;
  /** Of the connection, when the request was sent. */
  readonly ageMs: number;
  /** Requests over the same connection before it. */
  readonly before: number;
}

export interface Count {
  /** Answered, and the answer was the right one. */
  readonly done: number;
  readonly failed: number;
  /** HTTP/2: refused before it was looked at, and sent again as the protocol allows. */
  readonly again: number;
  readonly connections: number;
  readonly slowestMs: number;
}

/** A connection that was kept as long as it lasted. */
export interface Life {
  readonly from: number;
  readonly to: number;
  /** Echoes that came back. */
  readonly echoes: number;
}

export interface LoadReport {
  readonly seconds: number;
  readonly counts: Readonly<Partial<Record<ClientKind, Count>>>;
  /** The first hundred. */
  readonly failures: readonly Failure[];
  /** Of `forever`: those that somebody else ended. */
  readonly cut: readonly Life[];
  /** When new connections got which certificate: SHA-256, with the first and the last time. */
  readonly certificates: Readonly<Record<string, { readonly first: number; readonly last: number }>>;
}

/** Requests of all kinds. */
export function sumOf({ counts }: LoadReport): { readonly done: number; readonly failed: number } {
  const all = Object.values(counts);
  const sum = (of: 'done' | 'failed'): number => all.reduce((total, count) => total + count[of], 0);
  return { done: sum('done'), failed: sum('failed') };
}

/** As tests print it: a line for each kind, and for each failure. */
export function describeLoad(report: LoadReport): string {
  const { done, failed } = sumOf(report);
  const kinds = Object.entries(report.counts).map(
    ([kind, count]) =>
      `  ${kind}: ${count.done} done, ${count.failed} failed, ${count.again} sent again, ${count.connections} connections, ` +
      `slowest ${Math.round(count.slowestMs)} ms`,
  );
  const failures = report.failures.map(
    ({ client, from, at, why, port, ageMs, before }) =>
      `  ${clock(from)} ${client}: ${why} after ${at - from} ms; port ${port ?? 'none'}, ${ageMs} ms old, ${before} before`,
  );
  const cut = report.cut.map(
    ({ from, to, echoes }) => `  ${clock(to)} forever: ended after ${to - from} ms and ${echoes} echoes`,
  );
  return [
    `${done} done, ${failed} failed in ${Math.round(report.seconds)} s`,
    ...kinds,
    ...failures,
    ...cut,
  ].join('\n');
}

export function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}
