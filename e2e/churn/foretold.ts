import { evaluate, type Fleet, type ForwardShare, type RequestModel } from '../../src/routing/index.js';
import { isDenied, passedBy } from './auth.js';
import type { Shape } from './shapes.js';

/** One thing that a request may be answered. */
export type Foretold = {
  /** Clusters that are asked before; without an endpoint of one it is answered 503. */
  readonly auth: readonly string[];
} & (
  | { readonly kind: 'text'; readonly answer: string }
  /**
   * By any endpoint of the cluster; `seen` is what the backend sees, as it writes it, but for `passed`: those that have let it pass; `fails`: instead, the
   * backend's 502 is the answer.
   */
  | {
      readonly kind: 'forward';
      readonly cluster: string;
      readonly seen: string;
      readonly passed: string;
      readonly fails: boolean | 'maybe';
    }
);

/** @param trusted the CA that the listener trusts, if it asks clients for certificates */
export function requestOf({ port, sni, host, path, isCall, client }: Shape, trusted?: string): RequestModel {
  const tls = sni === undefined ? {} : { sni };
  const scheme = sni === undefined ? 'http' : 'https';
  const call = { method: 'POST', headers: [['content-type', 'application/grpc']] } as const;
  const certificate =
    trusted === undefined || trusted === client
      ? {}
      : { clientCertificate: client === undefined ? ('none' as const) : ('invalid' as const) };
  return {
    port,
    scheme,
    ...tls,
    ...certificate,
    host,
    path,
    ...(isCall ? call : { method: 'GET', headers: [] }),
  };
}

/** As the load generator writes what the proxy answers itself. */
function ownAnswer(outcome: NonNullable<ForwardShare['answer']>, { isCall }: Shape): string {
  // gRPC knows no redirects.
  if (outcome.kind === 'redirect') return isCall ? 'grpc UNKNOWN' : `${outcome.status} ${outcome.location}`;
  if (outcome.kind === 'preflight') return String(outcome.status);
  return outcome.grpcStatus === undefined ? String(outcome.status) : `grpc ${outcome.grpcStatus}`;
}

/** A rule that asks. */
export interface Guarded {
  readonly match: string;
  readonly asked: string;
  /** The matches of those that take requests ahead of it, and do not ask the same. */
  readonly ahead: ReadonlySet<string>;
}

/** What a request meets. */
interface Meeting {
  readonly answers: readonly Foretold[];
  /** By what and who is asked whether it may pass. */
  readonly asked: readonly string[];
  /** The same for all rules of its host. */
  readonly guards: readonly Guarded[];
  /** Whom it is sent to, copies of it too. */
  readonly clusters: readonly string[];
}

/** `fleet` has one table, that of a listener with this hostname: any server name it takes leads there. */
export function foretoldBy(fleet: Fleet, shape: Shape, hostname: string | undefined): Meeting {
  const sni = shape.sni === undefined ? {} : { sni: (hostname ?? 'any.test').replace('*', 'any') };
  const { outcome, auth, rule, virtualHost } = evaluate(fleet, { ...requestOf(shape), ...sni });
  const byRule = auth.length > 0 && rule?.auth !== undefined;
  const byListener = auth.length > (byRule ? 1 : 0);
  const text = (answer: string): Foretold => ({ kind: 'text', auth, answer });
  const answers = (): readonly Foretold[] => {
    if (outcome.kind === 'refused')
      throw new Error(`the table does not take what came in by it: ${outcome.message}`);
    // Whoever is asked first says so.
    if (auth.length > 0 && isDenied(shape.path))
      return [text(shape.isCall ? 'grpc PERMISSION_DENIED' : '403')];
    if (outcome.kind !== 'forward') return [text(ownAnswer(outcome, shape))];
    const retries = outcome.retry !== undefined;
    return outcome.shares.map(({ cluster, answer, path, host, headers, mirrors }): Foretold => {
      if (answer !== undefined) return text(ownAnswer(answer, shape));
      if (cluster === undefined) throw new Error('a share without cluster answers nothing');
      const mark = headers.find(([name]) => name === 'x-mark')?.[1] ?? '-';
      const seen = `${path} ${host} ${mark}`;
      // Of a request and its copy either may be the one that fails.
      const fails = shape.failsOnce === true && (mirrors.length > 0 ? 'maybe' : !retries);
      return { kind: 'forward', auth, cluster, seen, passed: passedBy(byListener, byRule), fails };
    });
  };
  const shares = outcome.kind === 'forward' ? outcome.shares : [];
  return {
    answers: answers(),
    asked: auth.map((cluster, i) => `${byRule && i === auth.length - 1 ? 'rule' : 'listener'} ${cluster}`),
    guards: guardsOf(fleet, virtualHost),
    clusters: shares.flatMap(({ cluster, mirrors }) => [
      ...(cluster === undefined ? [] : [cluster]),
      ...mirrors.map((mirror) => mirror.cluster),
    ]),
  };
}

/** `fleet` has one table. */
function guardsOf({ ports }: Fleet, domain: string | undefined): readonly Guarded[] {
  const host = domain === undefined ? undefined : ports[0]?.tables[0]?.virtualHosts.get(domain);
  const rules = (host?.rules ?? []).map(({ match, auth }) => ({
    match: JSON.stringify(match),
    asked: auth?.cluster.name,
  }));
  return rules.flatMap(({ match, asked }, i) => {
    const others = rules.slice(0, i).filter((rule) => rule.asked !== asked);
    return asked === undefined ? [] : [{ match, asked, ahead: new Set(others.map((rule) => rule.match)) }];
  });
}
