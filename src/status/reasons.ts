/**
 * Every condition that is written, by where it stands, with every reason it can have; the first is the good one's.
 * `docs/reference/conditions.md` repeats this table; a test ties the two. Source: constants of Gateway API v1.7.0.
 */
export const CONDITIONS = {
  'GatewayClass Accepted': ['Accepted', 'InvalidParameters'],
  'GatewayClass SupportedVersion': ['SupportedVersion'],
  'Gateway Accepted': ['Accepted', 'ListenersNotValid', 'InvalidParameters', 'UnsupportedAddress'],
  'Gateway Programmed': ['Programmed', 'Pending', 'Invalid', 'AddressNotAssigned', 'AddressNotUsable'],
  'Listener Accepted': [
    'Accepted',
    'UnsupportedProtocol',
    'PortUnavailable',
    'UnsupportedValue',
    'HostnameConflict',
    'ProtocolConflict',
  ],
  'Listener Conflicted': ['NoConflicts', 'HostnameConflict', 'ProtocolConflict'],
  'Listener OverlappingTLSConfig': ['OverlappingHostnames'],
  'Listener Programmed': ['Programmed', 'Pending', 'Invalid'],
  'Listener ResolvedRefs': ['ResolvedRefs', 'InvalidCertificateRef', 'RefNotPermitted', 'InvalidRouteKinds'],
  'HTTPRoute Accepted': [
    'Accepted',
    'NoMatchingParent',
    'NotAllowedByListeners',
    'NoMatchingListenerHostname',
    'UnsupportedValue',
    'IncompatibleFilters',
  ],
  'HTTPRoute PartiallyInvalid': [
    'UnsupportedValue',
    'IncompatibleFilters',
    'BackendNotFound',
    'InvalidKind',
    'RefNotPermitted',
    'UnsupportedProtocol',
  ],
  'HTTPRoute ResolvedRefs': [
    'ResolvedRefs',
    'BackendNotFound',
    'InvalidKind',
    'RefNotPermitted',
    'UnsupportedProtocol',
  ],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type ConditionPlace = keyof typeof CONDITIONS;
export type Reason<P extends ConditionPlace> = (typeof CONDITIONS)[P][number];
