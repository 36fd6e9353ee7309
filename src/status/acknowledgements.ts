/** What the Envoys of one fleet said about its current configuration: a plain, mergeable value (DESIGN D12). */
export interface FleetAcknowledgements {
  /** `namespace/name` of the Gateway. */
  readonly fleet: string;
  /** Envoys that hold a stream. */
  readonly connected: number;
  /** Of those, the ones that acknowledged every current version. */
  readonly current: number;
  /** Resources of the current versions that an Envoy rejected; `message` is in Envoy's words. */
  readonly rejected: readonly Rejection[];
}

export interface Rejection {
  /** cluster, endpoints, listener, routes or secret. */
  readonly type: string;
  readonly name: string;
  readonly message: string;
  /** More than one resource of the response was new: this one may be innocent. */
  readonly suspected: boolean;
}

/** What holds while nobody has said anything. */
export function nobodyConnected(fleet: string): FleetAcknowledgements {
  return { fleet, connected: 0, current: 0, rejected: [] };
}

/** Without the suspects that are innocent as far as can be told: of those with one message, those that it names, if it names any. */
export function attributed(rejected: readonly Rejection[]): readonly Rejection[] {
  return rejected.filter(({ suspected, name, message }) => {
    if (!suspected || message.includes(name)) return true;
    return !rejected.some((other) => other.message === message && message.includes(other.name));
  });
}

/** In Envoy's words, each said once. */
export function rejectionMessage(rejected: readonly Rejection[]): string {
  const byMessage = Map.groupBy(rejected, ({ message }) => message);
  return [...byMessage]
    .map(([message, all]) => {
      const names = all.map(({ type, name }) => `${type} ${name}`).join(', ');
      return `Envoy rejected ${all.length > 1 ? `one of ${names}` : names}: ${message}`;
    })
    .join('; ');
}

/** What is being waited for, in words; undefined: at least one Envoy serves the current configuration. */
export function waitingFor({ connected, current }: FleetAcknowledgements): string | undefined {
  if (connected === 0) return 'waiting for an Envoy to connect';
  if (current > 0) return undefined;
  return `waiting for ${connected === 1 ? 'the connected Envoy' : `one of ${connected} connected Envoys`} to acknowledge the current configuration`;
}
