import { isIP, isIPv6, SocketAddress } from 'node:net';
import type { FleetObservation } from '../../store/index.js';
import { claimsOf, holderOf, type Claim, type Transport } from './claims.js';
import type { Probe } from './ports.js';

/** An entry of a Gateway's `spec.addresses`; `type` is `IPAddress` when absent. */
export interface DesiredAddress {
  readonly type?: string | undefined;
  readonly value?: string | undefined;
}

export interface AddressChoice {
  readonly addresses: readonly string[];
  readonly refusal?: NonNullable<FleetObservation['addressRefusal']>;
}

/** Loopback addresses that are tried; the whole of 127.0.0.0/8 is there on Linux, only 127.0.0.1 on macOS. */
const CANDIDATES = Array.from({ length: 64 }, (_, i) => `127.0.0.${i + 1}`);

export interface AddressQuestion {
  readonly fleet: string;
  readonly requested: readonly DesiredAddress[];
  /** Ports to bind. */
  readonly ports: readonly { readonly port: number; readonly transport: Transport }[];
  /** What the fleet has or had: kept if it can be. */
  readonly current: readonly string[];
  /** Its Envoy serves on `current`: an automatic address is not moved from under it. */
  readonly serving: boolean;
  readonly claims: readonly Claim[];
}

/**
 * The addresses a fleet binds. `spec.addresses` with values (Gateway API, GatewaySpecAddress): these, as far as they are this machine's. Otherwise the first
 * loopback address on which every port is free, or the one where most are. Where none of those asked for can be had, an Envoy that serves stays where it is (DESIGN D10).
 */
export async function chooseAddresses(question: AddressQuestion, probe: Probe): Promise<AddressChoice> {
  const kept = question.serving ? question.current : [];
  const unsupported = question.requested.find(({ type = 'IPAddress' }) => type !== 'IPAddress');
  if (unsupported !== undefined) {
    const message = `addresses of type ${unsupported.type ?? ''} are not supported here; use IPAddress`;
    return { addresses: kept, refusal: { condition: 'Accepted', reason: 'UnsupportedAddress', message } };
  }
  const values = question.requested.map(({ value }) => value ?? '').filter((value) => value !== '');
  return values.length > 0
    ? await usable([...new Set(values.map(canonical))], kept, probe)
    : { addresses: [await automatic(question, probe)] };
}

async function usable(
  values: readonly string[],
  kept: readonly string[],
  probe: Probe,
): Promise<AddressChoice> {
  const verdicts = await Promise.all(
    values.map(async (value) => (isIP(value) === 0 ? 'EINVAL' : await probe(value, 0, 'tcp'))),
  );
  const addresses = values.filter((_, i) => verdicts[i] === 'free');
  const others = values.filter((_, i) => verdicts[i] !== 'free');
  if (others.length === 0) return { addresses };
  const message = `${others.join(', ')}: not an address of this machine that can be bound`;
  return {
    addresses: addresses.length > 0 ? addresses : kept,
    refusal: { condition: 'Programmed', reason: 'AddressNotUsable', message },
  };
}

/** As Envoy and the system write it: two spellings of one IPv6 address are one address. */
function canonical(address: string): string {
  return isIPv6(address) && !address.includes('%')
    ? new SocketAddress({ address, family: 'ipv6' }).address
    : address;
}

async function automatic(
  { fleet, ports, current, serving, claims }: AddressQuestion,
  probe: Probe,
): Promise<string> {
  const [mine] = current.filter((address) => CANDIDATES.includes(address));
  if (mine !== undefined && serving) return mine;
  let best = { address: CANDIDATES[0] ?? '', conflicts: Infinity };
  for (const address of mine === undefined ? CANDIDATES : [mine, ...CANDIDATES]) {
    const conflicts = await countConflicts(address);
    if (conflicts < best.conflicts) best = { address, conflicts };
    if (conflicts === 0) break;
  }
  return best.address;

  async function countConflicts(address: string): Promise<number> {
    let conflicts = 0;
    for (const { port, transport } of ports) {
      const taken = holderOf(claimsOf(claims, transport), fleet, address, port) !== undefined;
      const answer = taken ? 'EADDRINUSE' : await probe(address, port, transport);
      if (answer === 'EADDRNOTAVAIL') return Infinity;
      // A port that this user may not bind is refused on every address: no reason to move.
      if (answer === 'EADDRINUSE') conflicts += 1;
    }
    return conflicts;
  }
}
