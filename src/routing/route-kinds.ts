import type { Listener, RouteKind } from '../resources/index.js';
import type { ListenerModel, Refusal } from './model.js';
import { refusal } from './refusals.js';

// Source: Gateway API, AllowedRoutes.kinds and ListenerStatus.supportedKinds.

type SupportedKind = ListenerModel['supportedKinds'][number];

const GROUP = 'gateway.networking.k8s.io';

/** Kinds of route each supported protocol carries; a protocol that is missing is not supported. */
const KINDS_OF_PROTOCOL: Readonly<Record<string, readonly SupportedKind[]>> = {
  HTTP: kinds('HTTPRoute', 'GRPCRoute'),
  HTTPS: kinds('HTTPRoute', 'GRPCRoute'),
  TLS: kinds('TLSRoute'),
  TCP: kinds('TCPRoute'),
  UDP: kinds('UDPRoute'),
};

function kinds(...names: readonly RouteKind[]): readonly SupportedKind[] {
  return names.map((kind) => ({ group: GROUP, kind }));
}

export function isSupportedProtocol(protocol: string): boolean {
  return Object.hasOwn(KINDS_OF_PROTOCOL, protocol);
}

/**
 * Kinds the listener takes, and whether it asks for others.
 * @param at field path of the listener
 */
export function routeKindsOf(
  listener: Listener,
  at: string,
): { readonly supportedKinds: readonly SupportedKind[]; readonly refusals: readonly Refusal[] } {
  const possible = KINDS_OF_PROTOCOL[listener.protocol] ?? [];
  const asked = listener.allowedRoutes?.kinds ?? [];
  if (asked.length === 0) return { supportedKinds: possible, refusals: [] };
  const takes = (kind: { readonly group?: string; readonly kind: string }, p: SupportedKind): boolean =>
    p.kind === kind.kind && p.group === (kind.group ?? GROUP);
  const refusals = asked.flatMap((kind, index) =>
    possible.some((p) => takes(kind, p))
      ? []
      : [
          refusal(
            'InvalidRouteKinds',
            `routes of kind ${kind.kind}.${kind.group ?? GROUP} are not supported with protocol ${listener.protocol}`,
            `${at}.allowedRoutes.kinds[${index}]`,
          ),
        ],
  );
  return { supportedKinds: possible.filter((p) => asked.some((kind) => takes(kind, p))), refusals };
}
