const REF_REASONS = {
  BackendNotFound:
    'A backendRef names a Service, ServiceImport, port or XBackend that does not exist – a ServiceImport also where the cluster does not know the kind –; its share answers an error, a mirror gets nothing',
  InvalidKind:
    'A backendRef is of a kind that cannot be a backend; its share answers an error, a mirror gets nothing',
  RefNotPermitted:
    'A reference to another namespace has no ReferenceGrant – for an XBackend none helps –; whether the target exists is not told',
  UnsupportedProtocol:
    'The port of the Service or ServiceImport, or the XBackend, speaks a protocol that is not supported, or that cannot carry what the route sends',
} as const;

const CONFLICT_REASONS = {
  HostnameConflict:
    'Another listener has the same port and hostname: in the same object, and neither is served; or in one that comes first (the Gateway, then the older ListenerSet), and that one is served',
  ProtocolConflict:
    'Another listener uses the port with another protocol: in the same object, and neither is served; or in one that comes first (the Gateway, then the older ListenerSet), and that one is served',
} as const;

const TRAFFIC_REASONS = {
  Accepted: 'In force on this Gateway, where no rule says otherwise',
  Conflicted: 'A policy that goes before it has the same target',
  TargetNotFound: 'A target does not exist',
  UnsupportedValue: 'It asks for something that is not supported, and has no effect',
} as const;

/**
 * Every condition that is written, by where it stands – `Route` is a route of any kind –, with every reason it can have and what that means; the
 * first is the good one's.
 * `docs/reference/conditions.md` repeats this table; a test ties the two. Source: constants of Gateway API v1.7.0.
 */
export const CONDITIONS = {
  'GatewayClass Accepted': {
    Accepted: 'Windlass serves the class',
    InvalidParameters:
      '`spec.parametersRef` names something that is not supported or not there; what runs stays',
  },
  'GatewayClass SupportedVersion': {
    SupportedVersion:
      'Every installed CRD is of a version from v1.1 to v1.7; objects from files are validated by the built-in schemas of v1.7.0',
    UnsupportedVersion:
      'An installed CRD is of another version, or does not say of which; its objects are served as far as they are understood',
  },
  'Gateway Accepted': {
    Accepted: 'The Gateway is valid',
    ListenersNotValid: 'True: some listeners are not served, the others are. False: none is valid',
    InvalidParameters:
      'The class or `spec.infrastructure.parametersRef` names parameters that are not supported, not there, or cannot be followed; what runs stays',
    UnsupportedAddress: 'An entry of `spec.addresses` is of a type that is not supported',
  },
  'Gateway Programmed': {
    Programmed: 'It has an address, and its Envoys acknowledged what this generation produced',
    Pending: 'Not yet: the message says what is being waited for',
    Invalid:
      'It cannot be: nothing to serve, or Envoy rejected something of its own; the message has its words',
    AddressNotAssigned: 'No address has been assigned yet, or none can be as it is asked for',
    AddressNotUsable:
      'An address of `spec.addresses` cannot be bound here, or is not assigned by the cluster',
    NoResources: "What it needs in the cluster could not be made; the message has the API server's words",
  },
  'Gateway ResolvedRefs': {
    ResolvedRefs: 'Its client certificate for backends is there; absent where it names none',
    InvalidClientCertificateRef:
      'The client certificate for backends is missing or no good: backends are spoken to without',
    RefNotPermitted: 'A client certificate in another namespace has no ReferenceGrant',
  },
  'Gateway AddressesAssigned': {
    AddressesAssigned: 'It has every address it asks for; the condition is absent before that is known',
    PartiallyAssigned: 'It has some; the message names the others',
    NotAssigned: 'It has none of them',
  },
  'Gateway DefaultGateway': {
    DefaultGateway:
      'Routes that use default Gateways are attached to it; absent unless `spec.defaultScope` says so',
  },
  'ListenerSet Accepted': {
    Accepted: 'Its listeners have joined those of the Gateway',
    ListenersNotValid: 'True: some listeners are not served, the others are. False: none can be',
    NotAllowed: '`spec.allowedListeners` of the Gateway does not let it in',
    ParentNotAccepted: 'The Gateway is refused, for no fault of the set',
  },
  'ListenerSet Programmed': {
    Programmed: 'The Envoys acknowledged at least one of its listeners',
    Pending: 'Not yet: the message says which listeners are being waited for',
    ListenersNotValid: 'None of its listeners can be served; their conditions say why',
    NotAllowed: '`spec.allowedListeners` of the Gateway does not let it in',
    ParentNotProgrammed: 'The Gateway is refused, or has no address',
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
    InvalidListenerFilter: 'It has filters of requests, and its protocol has no requests',
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
    ...CONFLICT_REASONS,
  },
  'Listener ResolvedRefs': {
    ResolvedRefs: 'Every certificate and every kind of route is known',
    InvalidCertificateRef:
      'A certificate is missing, malformed, does not fit its key, or is one that Envoy does not take (must-staple, a key usage without signing, no name)',
    InvalidCACertificateRef:
      'What clients are to be verified by does not exist, or holds no list of PEM certificates (`ca.crt` of a ConfigMap, `spec.trustBundle` of a ClusterTrustBundle); the others are used',
    InvalidCACertificateKind:
      'What clients are to be verified by is of a kind that is not supported; the others are used',
    InvalidListenerFilterRef:
      'A filter names a server that does not exist or cannot be one; every request of the listener is answered 500',
    RefNotPermitted:
      'A certificate in another namespace, or the server of a filter, has no ReferenceGrant; without the latter every request is answered 500',
    InvalidRouteKinds: '`allowedRoutes.kinds` names a kind that its protocol cannot serve',
  },
  'Route Accepted': {
    Accepted: 'Attached to at least one listener of the parent',
    NoMatchingParent:
      'The parent has no listener of that name or port, or is a ListenerSet that the Gateway does not let in',
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
      'Envoy rejected a part of the route, or the cluster or endpoints of a backend that it sends requests or copies to; it is served as an invalid one, or without the copies; the message has its words. Absent otherwise',
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
      '`wellKnownCACertificates` names a set that is not known, or the system has none: requests to the Service answer 500. Or a target is an XBackend, for which the policy means nothing',
  },
  'BackendTLSPolicy ResolvedRefs': {
    ResolvedRefs: 'Every CA certificate is there',
    InvalidCACertificateRef:
      'A ConfigMap or ClusterTrustBundle does not exist, or holds no list of PEM certificates; the others are used',
    InvalidKind: 'A CA is of a kind that is not supported; the others are used',
  },
  'XBackendTrafficPolicy Accepted': TRAFFIC_REASONS,
  'BackendLBPolicy Accepted': TRAFFIC_REASONS,
  'XBackend Accepted': {
    Accepted: 'The XBackend is valid',
    Invalid:
      'Its hostname is an address or names the proxy itself, or its `wellKnownCACertificates` cannot be had; requests to it answer 500',
    UnsupportedProtocol: 'Its protocol is not supported; requests to it answer 500',
    UnsupportedValue: 'It asks for something that is not supported; requests to it answer 500',
    NoValidCACertificate: 'None of `caCertificateRefs` is any good; requests to it answer 500',
  },
  'XBackend ResolvedRefs': {
    ResolvedRefs: 'Every CA certificate and its client certificate are there',
    InvalidCACertificateRef:
      'A ConfigMap does not exist, has no `ca.crt`, or it is not a list of PEM certificates; the others are used',
    InvalidKind: 'A CA is of a kind that is not supported; the others are used',
    InvalidClientCertificateRef: 'The client certificate is missing or no good; requests to it answer 500',
    RefNotPermitted:
      'A client certificate in another namespace has no ReferenceGrant; requests to it answer 500',
  },
  'XTelemetryPolicy Accepted': {
    Accepted: 'In force on this Gateway',
    Conflicted: 'An older policy, or one that comes first by name, targets the same Gateway',
    TargetNotFound: 'The Gateway does not exist',
    Invalid:
      'The target is of a kind that is not supported, or a header of exports cannot be sent; nothing is traced by it',
  },
  'XTelemetryPolicy ResolvedRefs': {
    ResolvedRefs: 'The collector is there; or the policy needs none',
    BackendNotFound: 'The Service or port of the collector does not exist; nothing is traced',
    InvalidKind: 'The collector is of a kind that cannot be one; nothing is traced',
    RefNotPermitted:
      'A collector in another namespace has no ReferenceGrant; nothing is traced, and whether it exists is not told',
    UnsupportedProtocol: "The collector's port speaks a protocol that is not supported; nothing is traced",
    BackendNotUsable:
      'A BackendTLSPolicy of the collector is in force and cannot be honoured; nothing is traced',
  },
  'XTelemetryPolicy windlass.io/AttributesOmitted': {
    UnsupportedAttribute:
      'Attributes whose key is not known are left out of spans, the rest is in force. Absent otherwise',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type ConditionPlace = keyof typeof CONDITIONS;
export type Reason<P extends ConditionPlace> = keyof (typeof CONDITIONS)[P] & string;
