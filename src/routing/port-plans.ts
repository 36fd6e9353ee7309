import { hostOf, sharePort } from './conflicts.js';
import type { AnalysedGateway } from './analysed-gateway.js';
import { covers, EVERY_HOST, type Domain } from './hostnames.js';
import type { StreamPlan } from './l4/streams.js';
import type { AnalysedListener } from './listeners.js';
import type { PortModel, TableModel } from './model.js';
import type { ListenerPlan } from './virtual-hosts.js';

/** A port and its tables before its routes are known. It says nothing of certificates or addresses. */
export interface PortPlan extends Pick<
  PortModel,
  'port' | 'bindPort' | 'protocol' | 'clusters' | 'unverifiable'
> {
  /**
   * Domains that its HTTPS listeners answer for, sorted, shared by its tables: what a connection to one of them may be mistaken for another. Empty where
   * there is one listener, or the connection names none (HTTP); `*` alone where one of them takes every host.
   */
  readonly domains: readonly Domain[];
  readonly tables: readonly TablePlan[];
  readonly streams: readonly StreamPlan[];
}

/** Whether both are of one port: UDP has ports of its own. */
export function isSamePort(
  a: Pick<PortModel, 'port' | 'protocol'>,
  b: Pick<PortModel, 'port' | 'protocol'>,
): boolean {
  return a.port === b.port && (a.protocol === 'UDP') === (b.protocol === 'UDP');
}

export interface TablePlan extends Pick<TableModel, 'name' | 'scheme' | 'port'> {
  /** The listener that owns the table's chain. */
  readonly owner: string | undefined;
  readonly listeners: readonly ListenerPlan[];
}

/**
 * The ports of a Gateway's served listeners, in ascending order. HTTP: one table for all listeners of a port, since a plaintext connection names none;
 * HTTPS: one for each (DESIGN D6).
 */
export function portPlans({ id, portOffset, listeners, tracing }: AnalysedGateway): readonly PortPlan[] {
  const served = Map.groupBy(
    listeners.filter((listener) => listener.served),
    ({ port, protocol }) => `${port} ${protocol === 'UDP' ? 'udp' : 'tcp'}`,
  );
  const collectors = tracing === undefined ? [] : [tracing.collector];
  return [...served.values()]
    .map((own) => ({ own, port: own[0]?.port ?? 0 }))
    .toSorted((a, b) => a.port - b.port)
    .map(({ own, port }) => {
      const protocol = protocolOf(own);
      const refused = listeners.filter(
        (listener) => !listener.served && listener.port === port && sharePort(listener, { protocol }),
      );
      const plans = own.map((listener) => listenerPlan(listener, own, refused, protocol));
      const name = `gateway/${id}/${port}`;
      const tables: readonly TablePlan[] =
        protocol === 'HTTP'
          ? [{ name, scheme: 'http', port, owner: undefined, listeners: plans }]
          : plans
              .filter((_, i) => own[i]?.protocol === 'HTTPS')
              .map((plan) => ({
                name: `${name}/${plan.name}`,
                scheme: 'https',
                port,
                owner: plan.name,
                listeners: [plan],
              }));
      const asked = own.flatMap(({ filters }) => filters.auth.map(({ cluster }) => cluster));
      return {
        port,
        bindPort: port + portOffset,
        protocol,
        domains: ownedDomains(own.filter((listener) => listener.protocol === 'HTTPS')),
        tables,
        streams: own.flatMap((listener, i) => streamPlan(listener, plans[i])),
        clusters: tables.length === 0 ? [] : [...collectors, ...asked],
        ...(listeners.some((each) => each.port === port && isUnverifiable(each)) && { unverifiable: true }),
      };
    });
}

function isUnverifiable({ accepted }: AnalysedListener): boolean {
  return !accepted.accepted && accepted.reason === 'NoValidCACertificate';
}

function ownedDomains(listeners: readonly AnalysedListener[]): readonly Domain[] {
  if (listeners.length < 2) return [];
  const domains = listeners.map(hostOf).sort();
  return domains.includes(EVERY_HOST) ? [EVERY_HOST] : domains;
}

/** Listeners of other protocols on the port were refused as conflicting. */
function protocolOf(listeners: readonly AnalysedListener[]): PortModel['protocol'] {
  const [first] = listeners;
  if (first?.protocol === 'TCP' || first?.protocol === 'UDP') return first.protocol;
  if (listeners.every(({ protocol }) => protocol === 'TLS')) return 'TLS';
  return first?.protocol === 'HTTP' ? 'HTTP' : 'HTTPS';
}

function streamPlan(
  { protocol, passthrough }: AnalysedListener,
  listener: ListenerPlan | undefined,
): readonly StreamPlan[] {
  if (listener === undefined) return [];
  if (protocol !== 'TLS' && protocol !== 'TCP' && protocol !== 'UDP') return [];
  return [{ protocol, terminates: protocol === 'TLS' && !passthrough, listener }];
}

function listenerPlan(
  listener: AnalysedListener,
  served: readonly AnalysedListener[],
  refused: readonly AnalysedListener[],
  protocol: PortModel['protocol'],
): ListenerPlan {
  const host = hostOf(listener);
  const { name, filters } = listener;
  // Most listeners of a port with very many: nothing is within an exact host.
  if (!host.startsWith(EVERY_HOST)) return { name, host, filters, others: [], foreign: [], empty: [] };
  const within = (other: AnalysedListener): boolean => hostOf(other) !== host && covers(host, hostOf(other));
  const servedHosts = served.filter(within).map(hostOf);
  // Of several that have one host the last: none is served anyway.
  const names = new Map(refused.filter(within).map((other) => [hostOf(other), other.name]));
  return {
    name,
    host,
    filters,
    others: [...servedHosts, ...names.keys()],
    foreign: protocol === 'HTTPS' ? servedHosts.toSorted() : [],
    empty: [...names].filter(([domain]) => !servedHosts.some((other) => covers(other, domain))),
  };
}
