import type { ResourceType } from './resource.js';

/** What happened to a fleet's configuration, as it happens: for those who keep a record. */
export type XdsEvent =
  | {
      /** A new snapshot is in force. Every push from now on is of this one. */
      readonly kind: 'snapshot';
      readonly fleet: string;
      /** How many resources came, changed or went, by type. */
      readonly changed: Readonly<Record<ResourceType, number>>;
    }
  | (OnStream & {
      readonly kind: 'sent';
      readonly resources: number;
      readonly removed: number;
      readonly bytes: number;
    })
  | (OnStream & { readonly kind: 'accepted' })
  | (OnStream & {
      readonly kind: 'rejected';
      /** Envoy's words. */
      readonly message: string;
    })
  | {
      /** The stream is gone: what it has not answered it never will. */
      readonly kind: 'ended';
      readonly fleet: string;
      readonly stream: string;
    };

interface OnStream {
  readonly fleet: string;
  readonly stream: string;
  /** What the client calls itself. */
  readonly node: string;
  /** Milliseconds since the epoch: since when the stream has been open. */
  readonly connectedAt: number;
  readonly type: ResourceType;
  /** Of the response: on one stream no two have the same. */
  readonly nonce: string;
}

/** An event of a stream, before the server says which fleet it serves. */
export type StreamEvent = WithoutFleet<Exclude<XdsEvent, { readonly kind: 'snapshot' | 'ended' }>>;
type WithoutFleet<E> = E extends unknown ? Omit<E, 'fleet'> : never;
