const REF_REASONS = {
  BackendNotFound:
    'A backendRef names a Service or port that does not exist; its share answers an error, a mirror gets nothing',
  InvalidKind:
    'A backendRef is of a kind that cannot be a backend; its share answers an error, a mirror gets nothing',
  RefNotPermitted:
    'A reference to another namespace has no ReferenceGrant; whether the target exists is not told',
  UnsupportedProtocol: 'The port of the Service speaks a protocol that is not supported',
} as const;

const CONFLICT_REASONS = {
  HostnameConflict: 'Another listener of the Gateway has the same port and hostname; neither is served',
  ProtocolConflict: 'Another listener of the Gateway uses the port with another protocol; neither is served',
} as const;

/**
 * Every condition that is written, by where it stands – `Route` is a route of any kind –, with every reason it can have and what that means; the
 * first is the good one's.
 * `docs/reference/conditions.md` repeats this table; a test ties the two. Source: constants of Gateway API v1.7.0.
 */
export const CONDITIONS = {
  'GatewayClass Accepted': {
    Accepted: 'Windlass serves the class',
    InvalidParameters: '`spec.parametersRef` names something that is not supported',
  },
  'GatewayClass SupportedVersion': {
    SupportedVersion: 'Objects are validated by the built-in schemas of Gateway API v1.7.0',
  },
  'Gateway Accepted': {
    Accepted: 'The Gateway is valid',
    ListenersNotValid: 'True: some listeners are not served, the others are. False: none is valid',
    InvalidParameters:
      'The class or `spec.infrastructure.parametersRef` names parameters that are not supported',
    UnsupportedAddress: 'An entry of `spec.addresses` is of a type that is not supported',
  },
  'Gateway Programmed': {
    Programmed: 'It has an address, and its Envoys acknowledged what this generation produced',
    Pending: 'Not yet: the message says what is being waited for',
    Invalid:
      'It cannot be: nothing to serve, or Envoy rejected something of its own; the message has its words',
    AddressNotAssigned: 'No address has been assigned yet',
    AddressNotUsable: 'An address of `spec.addresses` cannot be bound here',
  },
  'Gateway ResolvedRefs': {
    ResolvedRefs: 'Its client certificate for backends is there; absent where it names none',
    InvalidClientCertificateRef:
      'The client certificate for backends is missing or no good: backends are spoken to without',
    RefNotPermitted: 'A client certificate in another namespace has no ReferenceGrant',
  },
  'Gateway InsecureFrontendValidationMode': {
    ConfigurationChanged:
      'Somewhere in `spec.tls.frontend` the mode is `AllowInsecureFallback`: clients are let in without a valid certificate; absent otherwise',
  },
  'Listener Accepted': {
    Accepted: 'The listener is valid',
    UnsupportedProtocol: 'Its protocol is not supported',
    PortUnavailable: 'Its port is owned by somebody else, or the system refuses it; it is tried again',
    UnsupportedValue: 'It asks for something that is not supported',
    NoValidCACertificate:
      'Clients are to be verified, and none of `caCertificateRefs` is any good: nobody is let in',
    ...CONFLICT_REASONS,
  },
  'Listener Conflicted': {
    NoConflicts: 'No other listener clashes with it (the condition is False)',
    ...CONFLICT_REASONS,
  },
  'Listener OverlappingTLSConfig': {
    OverlappingHostnames:
      'Its hostname overlaps that of another HTTPS listener on the port; absent otherwise',
    OverlappingCertificates:
      'One of its certificates and one of another HTTPS listener on the port are good for the same name, whatever their hostnames',
  },
  'Listener Programmed': {
    Programmed: 'The Envoys acknowledged it',
    Pending: 'Not yet: the message says what is being waited for',
    Invalid: 'It cannot be: it is refused, or Envoy rejected it; the message has its words',
  },
  'Listener ResolvedRefs': {
    ResolvedRefs: 'Every certificate and every kind of route is known',
    InvalidCertificateRef:
      'A certificate is missing, malformed, does not fit its key, or is one that Envoy does not take (must-staple, a key usage without signing, no name)',
    InvalidCACertificateRef:
      'What clients are to be verified by does not exist, or holds no list of PEM certificates (`ca.crt` of a ConfigMap, `spec.trustBundle` of a ClusterTrustBundle); the others are used',
    InvalidCACertificateKind:
      'What clients are to be verified by is of a kind that is not supported; the others are used',
    RefNotPermitted: 'A certificate in another namespace has no ReferenceGrant',
    InvalidRouteKinds: '`allowedRoutes.kinds` names a kind that its protocol cannot serve',
  },
  'Route Accepted': {
    Accepted: 'Attached to at least one listener of the parent',
    NoMatchingParent: 'The parent has no listener of that name or port',
    NotAllowedByListeners: "The listeners' `allowedRoutes` do not let it in",
    NoMatchingListenerHostname: 'No hostname of the route meets one of the listeners',
    UnsupportedValue: 'Every rule holds something that is not supported',
    IncompatibleFilters: 'Every rule combines filters that exclude each other',
  },
  'Route PartiallyInvalid': {
    UnsupportedValue: 'Some rules hold something that is not supported and answer an error; the others serve',
    IncompatibleFilters:
      'Some rules combine filters that exclude each other and answer an error; the others serve',
    ...REF_REASONS,
  },
  'Route windlass.io/RejectedByProxy': {
    RejectedByProxy:
      'Envoy rejected a part of the route, or the cluster or endpoints of a Service that it sends requests or copies to; it is served as an invalid one, or without the copies; the message has its words. Absent otherwise',
  },
  'Route ResolvedRefs': {
    ResolvedRefs: 'Every reference of the route is resolved',
    ...REF_REASONS,
  },
  'BackendTLSPolicy Accepted': {
    Accepted: 'In force on this Gateway',
    Conflicted: 'An older policy, or one that comes first by name, has the same target',
    TargetNotFound: 'A target does not exist, or has no port of that name',
    NoValidCACertificate: 'None of `caCertificateRefs` is any good; requests to the Service answer 500',
    Invalid:
      '`wellKnownCACertificates` names a set that is not known, or the system has none; requests to the Service answer 500',
  },
  'BackendTLSPolicy ResolvedRefs': {
    ResolvedRefs: 'Every CA certificate is there',
    InvalidCACertificateRef:
      'A ConfigMap or ClusterTrustBundle does not exist, or holds no list of PEM certificates; the others are used',
    InvalidKind: 'A CA is of a kind that is not supported; the others are used',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type ConditionPlace = keyof typeof CONDITIONS;
export type Reason<P extends ConditionPlace> = keyof (typeof CONDITIONS)[P] & string;
