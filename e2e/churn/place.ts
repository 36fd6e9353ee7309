/** Where a run takes place. */
export interface Place {
  /** `spec.addresses` of the Gateway; none: the product chooses one of loopback. */
  readonly addresses: readonly string[];
  /** Address of each backend, by a number from 1 on. */
  readonly backendAddress: (number: number) => string;
  /** Further arguments of `windlass up`. */
  readonly arguments: readonly string[];
}

const HOSTS = 254;

export const LOOPBACK: Place = {
  addresses: [],
  backendAddress: (number) => `127.77.${Math.floor(number / HOSTS) % HOSTS}.${1 + (number % HOSTS)}`,
  arguments: [],
};
