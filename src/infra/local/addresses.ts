import { isIP, isIPv6, SocketAddress } from 'node:net';
import { SENTINEL_ROUTABILITY } from '../../resources/index.js';
import type { FleetObservation } from '../../store/index.js';
import { claimsOf, holderOf, type Claim, type Transport } from './claims.js';
import { CLAIMED } from './machine-claims.js';
import type { Probe } from './ports.js';

/** An entry of a Gateway's `spec.addresses`; `type` is `IPAddress` when absent. */
export interface DesiredAddress {
  readonly type?: string | undefined;
  readonly value?: string | undefined;
  readonly routability?: string | undefined;
}

export interface AddressChoice {
  readonly addresses: readonly string[];
  /** By address; absent: of none anything is said. */
  readonly routabilities?: Readonly<Record<string, string>>;
  readonly refusal?: NonNullable<FleetObservation['addressRefusal']>;
  /** What could not be had of what was asked for; absent: nothing. */
  readonly missing?: NonNullable<FleetObservation['missingAddresses']>;
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
 * The addresses a fleet binds (Gateway API, GatewaySpecAddress): one for each entry of `spec.addresses` that can be had. An entry with a value means that one, if
 * it is this machine's; one without, like no entry at all, the first loopback address on which every port is free, or the one where most are. No routability can
 * be promised here; the one that promises nothing is told as it was asked for. Where none of those asked for can be had, an Envoy that serves stays where it is (DESIGN D10).
 */
export async function chooseAddresses(question: AddressQuestion, probe: Probe): Promise<AddressChoice> {
  const kept = question.serving ? question.current : [];
  const unsupported = question.requested.find(({ type = 'IPAddress' }) => type !== 'IPAddress');
  if (unsupported !== undefined) {
    const message = `addresses of type ${unsupported.type ?? ''} are not supported here; use IPAddress`;
    const refusal = { condition: 'Accepted', reason: 'UnsupportedAddress', message } as const;
    return { addresses: kept, refusal, missing: { reason: 'NotAssigned', message } };
  }
  const [local, unreachable] = parted(
    question.requested,
    ({ routability = '' }) => routability === '' || routability === SENTINEL_ROUTABILITY,
  );
  const { had, others } = await assigned(question, local, probe);
  const unusable = `${others.join(', ')}: not an address of this machine that can be bound`;
  const unpromised = `${unreachable.map(described).join(', ')}: no routability can be asked for here`;
  const faults = [...(others.length > 0 ? [unusable] : []), ...(unreachable.length > 0 ? [unpromised] : [])];
  if (faults.length === 0) return had;
  const isNone = had.addresses.length === 0;
  const message = faults.join('; ');
  const refusal = isNone
    ? ({ condition: 'Programmed', reason: 'AddressNotAssigned', message } as const)
    : ({ condition: 'Programmed', reason: 'AddressNotUsable', message: unusable } as const);
  return {
    ...(isNone ? { addresses: kept } : had),
    ...((isNone || others.length > 0) && { refusal }),
    missing: { reason: isNone ? 'NotAssigned' : 'PartiallyAssigned', message },
  };
}

/** @param entries those that nothing speaks against @returns what can be had of them, and the values that cannot */
async function assigned(
  question: AddressQuestion,
  entries: readonly DesiredAddress[],
  probe: Probe,
): Promise<{ readonly had: AddressChoice; readonly others: readonly string[] }> {
  const [named, unnamed] = parted(entries, ({ value = '' }) => value !== '');
  const asked = new Map(named.map((entry) => [canonical(entry.value ?? ''), entry]));
  const { free, others } = await usable([...asked.keys()], probe);
  const addresses = [...free];
  const sentinels = free.filter((address) => isSentinel(asked.get(address)));
  for (const entry of question.requested.length === 0 ? [undefined] : unnamed) {
    const address = await automatic(question, addresses, probe);
    addresses.push(address);
    if (isSentinel(entry)) sentinels.push(address);
  }
  if (sentinels.length === 0) return { had: { addresses }, others };
  const routabilities = Object.fromEntries(sentinels.map((address) => [address, SENTINEL_ROUTABILITY]));
  return { had: { addresses, routabilities }, others };
}

function isSentinel(entry: DesiredAddress | undefined): boolean {
  return entry?.routability === SENTINEL_ROUTABILITY;
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function described({ value = '', routability = '' }: DesiredAddress): string {
  return value === '' ? `an address of routability ${routability}` : `${value} of routability ${routability}`;
}

async function usable(
  values: readonly string[],
  probe: Probe,
): Promise<{ readonly free: readonly string[]; readonly others: readonly string[] }> {
  const verdicts = await Promise.all(
    values.map(async (value) => (isIP(value) === 0 ? 'EINVAL' : await probe(value, 0, 'tcp'))),
  );
  return {
    free: values.filter((_, i) => verdicts[i] === 'free'),
    others: values.filter((_, i) => verdicts[i] !== 'free'),
  };
}

/** As Envoy and the system write it: two spellings of one IPv6 address are one address. */
function canonical(address: string): string {
  return isIPv6(address) && !address.includes('%')
    ? new SocketAddress({ address, family: 'ipv6' }).address
    : address;
}

/** @param taken addresses that it has already */
async function automatic(
  { fleet, ports, current, serving, claims }: AddressQuestion,
  taken: readonly string[],
  probe: Probe,
): Promise<string> {
  const candidates = CANDIDATES.filter((address) => !taken.includes(address));
  const [mine] = current.filter((address) => candidates.includes(address));
  if (mine !== undefined && serving) return mine;
  const inOrder = mine === undefined ? candidates : [mine, ...candidates];
  // To ask is to claim. Who finds one port taken leaves the rest to whoever has that one, or two Gateways with the same ports would each get half of them everywhere.
  for (const address of inOrder) if ((await countConflicts(address, 1)) === 0) return address;
  let best = { address: candidates[0] ?? '', conflicts: Infinity };
  for (const address of inOrder) {
    const conflicts = await countConflicts(address, best.conflicts);
    if (conflicts < best.conflicts) best = { address, conflicts };
  }
  return best.address;

  /** No further than to `enough`. */
  async function countConflicts(address: string, enough: number): Promise<number> {
    let conflicts = 0;
    for (const { port, transport } of ports.toSorted((a, b) => a.port - b.port)) {
      if (conflicts >= enough) break;
      const taken = holderOf(claimsOf(claims, transport), fleet, address, port) !== undefined;
      const answer = taken ? 'EADDRINUSE' : await probe(address, port, transport);
      if (answer === 'EADDRNOTAVAIL') return Infinity;
      // A port that this user may not bind is refused on every address: no reason to move.
      if (answer === 'EADDRINUSE' || answer === CLAIMED) conflicts += 1;
    }
    return conflicts;
  }
}
