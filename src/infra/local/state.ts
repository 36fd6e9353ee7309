import { readFile } from 'node:fs/promises';
import { array, at, number, parseJson, string } from './json.js';
import type { ProcessIdentity } from './process-identity.js';
import { parseOwner } from './lock.js';
import { writePrivately } from './write-file.js';

/** What a restarted control plane must know of a fleet: enough to recognise its Envoy and to give it the same addresses. */
export interface FleetState {
  /** `namespace/name` of the Gateway. */
  readonly fleet: string;
  readonly addresses: readonly string[];
  /** Port of the readiness listener on 127.0.0.1. */
  readonly metricsPort: number;
  /** The Envoy that was started last; undefined before the first. */
  readonly process: ProcessIdentity | undefined;
  /** Hash over everything that the Envoy was started with: another one calls for another process. */
  readonly launchHash: string;
}

export async function readState(path: string): Promise<FleetState | undefined> {
  try {
    return parseState(await readFile(path, 'utf8'));
  } catch {
    // No state, or none that can be read: the fleet is started anew.
    return undefined;
  }
}

export async function writeState(path: string, state: FleetState): Promise<void> {
  await writePrivately(path, `${JSON.stringify(state)}\n`);
}

/** Undefined for a text that is not the state of a fleet: half-written, or by another version. */
export function parseState(text: string): FleetState | undefined {
  const value = parseJson(text);
  const fleet = string(at(value, 'fleet'));
  const metricsPort = number(at(value, 'metricsPort'));
  const launchHash = string(at(value, 'launchHash'));
  if (fleet === undefined || metricsPort === undefined || launchHash === undefined) return undefined;
  return {
    fleet,
    metricsPort,
    launchHash,
    addresses: array(at(value, 'addresses')).filter((address) => typeof address === 'string'),
    process: parseOwner(JSON.stringify(at(value, 'process') ?? null)),
  };
}
