/** Where a run takes place. */
export interface Place {
  /** `spec.addresses` of the Gateway; none: the product chooses one of loopback. */
  readonly addresses: readonly string[];
  /** Address of the backends. */
  readonly backends: string;
  /** Further arguments of `windlass up`. */
  readonly arguments: readonly string[];
}

export const LOOPBACK: Place = { addresses: [], backends: '127.0.0.1', arguments: [] };
