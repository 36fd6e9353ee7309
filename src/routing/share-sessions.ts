import { createHash } from 'node:crypto';
import { displayRef, type BackendObjectReference, type ObjectRef } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { BackendOptions } from './backends.js';
import type { ClusterModel, Refusal } from './model.js';
import { anyServiceOf } from './services.js';
import type { SessionModel, SessionSettings } from './session-model.js';

/** A rule as far as its sessions go. */
export interface SessionRule {
  readonly route: ObjectRef;
  /** Tells it from the other rules of the route. */
  readonly name: string;
  /** Its own settings, which go before those of its backends. */
  readonly settings: SessionSettings | undefined;
}

type SessionOptions = Pick<BackendOptions, 'traffic' | 'xBackend'>;

/** The session of a backendRef. To be asked in the order of the rule. */
export type ShareSession = (
  ref: BackendObjectReference,
  target: ClusterModel | Refusal,
) => SessionModel | undefined;

/**
 * Shares of several backends never recognise their clients by the same name, or each would undo the session of the others: of those that ask
 * for one name the first backend of the rule has it, the others one that begins with it. A name that nobody chose belongs to rule and backend,
 * whatever else the rule says. Source: GEP-1619, edge cases of naming and traffic splitting.
 */
export function shareSessions(rule: SessionRule, reads: Reads, options: SessionOptions): ShareSession {
  /** The backend that has a name, by kind of session and name. */
  const owners = new Map<string, string>();
  return (ref, target) => {
    const settings = rule.settings ?? sessionOfBackend(target, reads, options);
    if (settings === undefined) return undefined;
    const backend = backendKey(ref, rule.route.namespace);
    const { name } = settings;
    if (name === undefined) {
      const made = digest(`${displayRef(rule.route)} ${rule.name} ${backend}`, 16);
      return { ...settings, name: `windlass-${made}` };
    }
    const key = `${settings.kind} ${name}`;
    const owner = owners.get(key) ?? backend;
    owners.set(key, owner);
    return { ...settings, name: owner === backend ? name : `${name}-${digest(backend, 8)}` };
  };
}

/** What the backend itself asks for, whatever rule sends to it. */
function sessionOfBackend(
  target: ClusterModel | Refusal,
  reads: Reads,
  options: SessionOptions,
): SessionSettings | undefined {
  if ('accepted' in target) return undefined;
  const { kind, namespace, name } = target.backend;
  if (kind === 'XBackend') {
    const backend = reads.get('XBackend', namespace, name);
    return backend && options.xBackend(backend, reads).session;
  }
  const service = anyServiceOf(target.backend, reads);
  return service && options.traffic(service, reads).session;
}

/** Whether the backend resolves does not matter: names must not change hands when it does. */
function backendKey(
  { group = '', kind = 'Service', namespace, name, port }: BackendObjectReference,
  own: string,
): string {
  return `${group}/${kind} ${namespace ?? own}/${name} ${port ?? ''}`;
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
