import { service } from '../../../routing/testing/yaml.js';
import { GATEWAY_API, object } from './bad-input.js';

/** The port of the Gateway that everything good and bad shares. */
export const PORT = 8080;
/** Its port of TLS passthrough, and of TCP. */
export const TLS_PORT = 8443;
export const TCP_PORT = 9000;
export const CONTROL_HOST = 'control.test';

/** Services of the site: what answers HTTP, gRPC, TLS and bytes. */
export const GOOD = ['good', 'calls', 'secure', 'stream'] as const;

const LISTENERS = `
  - { name: http, port: ${PORT}, protocol: HTTP }
  - { name: narrow, port: ${PORT}, protocol: HTTP, hostname: "*.narrow.test" }
  - { name: tls, port: ${TLS_PORT}, protocol: TLS, tls: { mode: Passthrough } }
  - { name: tcp, port: ${TCP_PORT}, protocol: TCP }`;

/**
 * What goes on beside all wrong input: a Gateway `gw` with a Service for each of `GOOD` and a route of each kind to it: `control`, `control-grpc`,
 * `control-tls` and `control-tcp`, which are older than all others. @param good the Services, with endpoints that suit
 */
export function site(good: string = GOOD.map((name) => service(name)).join('')): string {
  const gateway = object(
    GATEWAY_API,
    'Gateway',
    'gw',
    `spec:
  gatewayClassName: windlass
  allowedListeners: { namespaces: { from: All } }
  listeners:${LISTENERS}`,
  );
  return [
    gateway,
    `---\n${good}\n`,
    control('HTTPRoute', 'control', 'good', 'http', CONTROL_HOST),
    control('GRPCRoute', 'control-grpc', 'calls', 'http', `grpc.${CONTROL_HOST}`),
    control('TLSRoute', 'control-tls', 'secure', 'tls', `tls.${CONTROL_HOST}`),
    control('TCPRoute', 'control-tcp', 'stream', 'tcp'),
  ].join('');
}

function control(kind: string, name: string, to: string, section: string, host?: string): string {
  const hostnames = host === undefined ? '' : `hostnames: [${host}], `;
  return object(
    GATEWAY_API,
    kind,
    name,
    `spec: { parentRefs: [{ name: gw, sectionName: ${section} }], ${hostnames}rules: [{ backendRefs: [{ name: ${to}, port: 80 }] }] }`,
  ).replace('namespace: default', 'namespace: default, creationTimestamp: "2020-01-01T00:00:00Z"');
}
