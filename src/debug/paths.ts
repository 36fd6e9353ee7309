/** Every path of the endpoint. `docs/reference/debug.md` repeats this table; a test ties the two. */
export const DEBUG_PATHS = {
  '/': 'A page for people: fleets, listeners, routes, statuses, acknowledgements, Envoy processes, faults in the files',
  '/config':
    'What each fleet gets, canonical protobuf JSON, secrets redacted; ?fleet=NAMESPACE/NAME, ?type=clusters|endpoints|listeners|routes|secrets',
  '/fleets':
    'Each fleet: addresses, ports, resources, Envoy processes, xDS streams and what they acknowledged or rejected',
  '/cluster':
    'How the API server is followed: what is installed, how far each kind is known, objects that cannot be used; 404 where objects come from files',
  '/status': 'The status of every GatewayClass, Gateway, ListenerSet and route',
  '/timeline':
    'The latest changes, newest first: objects, resources changed, pushes, answers and how long they took; ?last=COUNT, at most 500, default 50',
  '/metrics': 'Metrics of the control plane, Prometheus text',
  '/envoy/NAMESPACE/NAME/stats/prometheus': "Metrics of a fleet's local Envoy, Prometheus text",
  '/healthz': '200 while the process runs',
  '/readyz': '200 once the first complete store was translated, 503 before',
} as const;
