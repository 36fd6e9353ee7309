/** With structural defaults applied; the block of its type is present (CEL rules). Source: Gateway API v1.7.0, SessionPersistence; GEP-1619. */
export interface SessionPersistence {
  readonly type?: 'Cookie' | 'Header';
  /** GEP-2257 duration. */
  readonly absoluteTimeout?: string;
  readonly cookie?: {
    readonly name?: string;
    readonly path?: string;
    /** Permanent demands `absoluteTimeout` (a CEL rule). */
    readonly lifetimeType?: 'Session' | 'Permanent';
  };
  readonly header?: { readonly name: string };
}
