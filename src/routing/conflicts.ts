import type { Listener } from '../resources/index.js';
import { EVERY_HOST } from './hostnames.js';
import type { Refusal } from './model.js';
import { refusal } from './refusals.js';

// Source: Gateway API, GatewaySpec.listeners ("distinct listeners"). Within one Gateway there is never a winner.

/** HTTPS and TLS share a port by server name; UDP has ports of its own; protocols we do not know say nothing about a port. */
const FAMILY: Readonly<Record<string, string>> = {
  HTTP: 'HTTP',
  HTTPS: 'TLS',
  TLS: 'TLS',
  TCP: 'TCP',
  UDP: 'UDP',
};

/**
 * Why the listener clashes with others of its Gateway; undefined: it is distinct.
 * @param at field path of the listener
 */
export function conflictOf(listener: Listener, all: readonly Listener[], at: string): Refusal | undefined {
  const family = FAMILY[listener.protocol];
  const others = all.filter(
    (l) =>
      l.name !== listener.name &&
      l.port === listener.port &&
      FAMILY[l.protocol] !== undefined &&
      (l.protocol === 'UDP') === (listener.protocol === 'UDP'),
  );
  if (family === undefined) return undefined;
  // Nothing tells the connections of two such listeners apart.
  const clashing = others.filter(
    (l) => FAMILY[l.protocol] !== family || family === 'TCP' || family === 'UDP',
  );
  if (clashing.length > 0) {
    const how = clashing.every((l) => FAMILY[l.protocol] === family) ? '' : ' with another protocol,';
    const message = `port ${listener.port} is also used${how} by ${names(clashing)}`;
    return refusal('ProtocolConflict', message, `${at}.protocol`);
  }
  const twins = others.filter((l) => hostOf(l) === hostOf(listener));
  if (twins.length === 0) return undefined;
  const message = `port ${listener.port} with hostname ${hostOf(listener)} is also used by ${names(twins)}`;
  return refusal('HostnameConflict', message, `${at}.hostname`);
}

/** Whether two listeners of one port part its requests among them by hostname. */
export function sharePort(a: Pick<Listener, 'protocol'>, b: Pick<Listener, 'protocol'>): boolean {
  const family = FAMILY[a.protocol];
  return family !== undefined && family === FAMILY[b.protocol];
}

/** The listener's domain; `*` without a hostname. */
export function hostOf(listener: { readonly hostname?: string | undefined }): string {
  return listener.hostname === undefined || listener.hostname === ''
    ? EVERY_HOST
    : listener.hostname.toLowerCase();
}

function names(listeners: readonly Listener[]): string {
  return listeners.map(({ name }) => `listener ${name}`).join(', ');
}
