import type { FleetAcknowledgements, OtherReplicas, UnknownReplicas } from '../../status/index.js';
import type { Logger, Metrics } from '../../telemetry/index.js';
import type { DigestLine } from './digest-line.js';
import { followReplica, type FollowLimits } from './follow-replica.js';

export interface ReplicasOptions {
  readonly port: number;
  readonly serverName: string;
  /** PEM of the CA, and a token of audience `windlass-replica`; read anew for every connection. */
  readonly ca: () => Promise<string>;
  readonly token: () => Promise<string>;
  /** What `others` returns has changed. */
  readonly onChange: () => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits?: Partial<ReplicaLimits>;
  readonly random?: () => number;
}

export interface ReplicaLimits extends FollowLimits {
  /** How long what a replica said last counts when it cannot be heard, and how long one is awaited that has said nothing. Milliseconds. */
  readonly unheardMs: number;
}

const LIMITS: ReplicaLimits = {
  silenceMs: 6000,
  firstWaitMs: 100,
  longestWaitMs: 5000,
  unheardMs: 10_000,
};

/** The other replicas: who they are, and what their Envoys said. */
export interface Replicas {
  /** Addresses of all others, from now on. */
  follow(addresses: readonly string[]): void;
  others(fleet: string): OtherReplicas;
  stop(): void;
}

type Digests = ReadonlyMap<string, FleetAcknowledgements>;

type Hearing =
  /** It has said nothing yet, and should soon. */
  | { readonly is: 'awaited' }
  | { readonly is: 'heard'; readonly digests: Digests }
  /** It cannot be heard; what it said last counts still. */
  | { readonly is: 'lost'; readonly digests: Digests }
  /** It has not been heard for so long that its Envoys are unknown. */
  | { readonly is: 'silent' };

interface Peer {
  hearing: Hearing;
  timer: NodeJS.Timeout | undefined;
  /** Why it could not be heard last. */
  error: string | undefined;
  readonly stopped: AbortController;
}

const NOTHING: Digests = new Map();

/** Every replica follows every other, whether it leads or not: who becomes the leader knows what all Envoys said. */
export function followReplicas(options: ReplicasOptions): Replicas {
  const { onChange, logger, metrics, random = Math.random } = options;
  const limits = { ...LIMITS, ...options.limits };
  const peers = new Map<string, Peer>();

  const change = (peer: Peer, hearing: Hearing): void => {
    peer.hearing = hearing;
    clearTimeout(peer.timer);
    peer.timer = undefined;
    onChange();
  };

  const giveUpLater = (address: string, peer: Peer): void => {
    peer.timer = setTimeout(() => {
      logger.warn('a replica is silent, its Envoys are not counted', { address, error: peer.error });
      change(peer, { is: 'silent' });
    }, limits.unheardMs);
  };

  const onLine = (address: string, peer: Peer, line: DigestLine): void => {
    const { hearing } = peer;
    if (hearing.is !== 'heard') logger.info('a replica is heard', { address });
    const known = hearing.is === 'heard' || hearing.is === 'lost' ? hearing.digests : NOTHING;
    const digests = after(known, line);
    if (hearing.is !== 'heard' || digests !== known) change(peer, { is: 'heard', digests });
  };

  const onLost = (address: string, peer: Peer, error: string): void => {
    peer.error = error;
    if (peer.hearing.is !== 'heard') {
      logger.debug('a replica cannot be heard yet', { address, error });
      return;
    }
    logger.warn('a replica cannot be heard', { address, error });
    change(peer, { is: 'lost', digests: peer.hearing.digests });
    giveUpLater(address, peer);
  };

  const begin = (address: string): void => {
    const peer: Peer = {
      hearing: { is: 'awaited' },
      timer: undefined,
      error: undefined,
      stopped: new AbortController(),
    };
    peers.set(address, peer);
    giveUpLater(address, peer);
    void followReplica({
      ...{ ...options, limits, random, address, signal: peer.stopped.signal },
      onLine: (line) => onLine(address, peer, line),
      onLost: (error) => onLost(address, peer, error.message),
    });
  };

  const end = (address: string, peer: Peer): void => {
    peers.delete(address);
    peer.stopped.abort();
    clearTimeout(peer.timer);
  };

  /** Before it is known who the others are there may be one, for a while. */
  let unfound: NodeJS.Timeout | undefined = setTimeout(() => {
    unfound = undefined;
    onChange();
  }, limits.unheardMs);

  const found = (): boolean => {
    const isNews = unfound !== undefined;
    clearTimeout(unfound);
    unfound = undefined;
    return isNews;
  };

  const count = (is: Hearing['is']): number =>
    [...peers.values()].filter(({ hearing }) => hearing.is === is).length;
  metrics.onCollect(() => {
    for (const state of ['awaited', 'heard', 'lost', 'silent'] as const)
      metrics.set('windlass_replicas', { state }, count(state));
  });

  return {
    follow: (addresses) => {
      const wanted = new Set(addresses);
      const left = [...peers].filter(([address]) => !wanted.has(address));
      const come = [...wanted].filter((address) => !peers.has(address));
      for (const [address, peer] of left) end(address, peer);
      for (const address of come) begin(address);
      if (found() || left.length + come.length > 0) onChange();
    },
    others: (fleet) => {
      const unknown: UnknownReplicas = {
        awaited: count('awaited') + (unfound === undefined ? 0 : 1),
        silent: count('silent'),
      };
      const digests = [...peers.values()].flatMap(({ hearing }) =>
        hearing.is === 'heard' || hearing.is === 'lost' ? (hearing.digests.get(fleet) ?? []) : [],
      );
      return { digests, unknown };
    },
    stop: () => {
      found();
      for (const [address, peer] of peers) end(address, peer);
    },
  };
}

/** The very same digests if the line says nothing. */
function after(known: Digests, { all = false, changed = [], gone = [] }: DigestLine): Digests {
  if (!all && changed.length + gone.length === 0) return known;
  const next = new Map(all ? NOTHING : known);
  for (const fleet of gone) next.delete(fleet);
  for (const digest of changed) next.set(digest.fleet, digest);
  return next;
}
