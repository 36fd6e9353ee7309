/** Whether a listener's port could be had on the fleet's addresses. */
export type PortObservation =
  { readonly bound: true } | { readonly bound: false; readonly reason: string; readonly message: string };

/**
 * What the outside reports about the proxies of one Gateway: an event fed in by the composition root, never an import.
 */
export interface FleetObservation {
  /** `namespace/name` of the Gateway. */
  readonly fleet: string;
  /** Addresses that status publishes, and the proxies bind unless `binds` says otherwise; empty while none could be assigned. */
  readonly addresses: readonly string[];
  /** What the proxies bind where that is something else (in a cluster: whatever address the pod has). Absent: `addresses`. */
  readonly binds?: readonly string[];
  /** Where addresses can be reached from, by address, of those that say more than the default: `Cluster` or `domain/path`. Absent: none does. */
  readonly routabilities?: Readonly<Record<string, string>>;
  /** Why the parameters of the Gateway or its class could not be followed. Absent: they could, or there are none. */
  readonly parametersRefusal?: string;
  /** Why no address could be assigned: reason and message of the Gateway's condition. */
  readonly addressRefusal?: {
    readonly condition: 'Accepted' | 'Programmed';
    readonly reason: string;
    readonly message: string;
  };
  /** Of the addresses that are asked for, those that could not be assigned: reason and message of AddressesAssigned. Absent: all are. */
  readonly missingAddresses?: {
    readonly reason: 'PartiallyAssigned' | 'NotAssigned';
    readonly message: string;
  };
  /** By listener port, of TCP. */
  readonly ports: Readonly<Record<number, PortObservation>>;
  /** Of UDP: the same number is another port. Absent: none. */
  readonly udpPorts?: Readonly<Record<number, PortObservation>>;
  /**
   * Ports are granted one by one, so that nobody binds what is still being asked for: one that is missing from `ports` is not served yet. Otherwise
   * (in a cluster, where every proxy has its own network) it counts as bound.
   */
  readonly grantsPorts?: boolean;
  /** Added to each listener's port to get the port that is bound. 0 in a cluster. */
  readonly portOffset: number;
}
