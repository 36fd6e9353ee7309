import { service } from '../../../routing/testing/yaml.js';
import { GATEWAY_API, object } from './bad-input.js';

/** The port of the Gateway that everything good and bad shares. */
export const PORT = 8080;
export const CONTROL_HOST = 'control.test';

/** What goes on beside all wrong input: a Gateway `gw` with a Service `good` and a route to it. @param good with endpoints that suit */
export function site(good: string = service('good')): string {
  const gateway = object(
    GATEWAY_API,
    'Gateway',
    'gw',
    `spec:
  gatewayClassName: windlass
  listeners:
  - { name: http, port: ${PORT}, protocol: HTTP }
  - { name: narrow, port: ${PORT}, protocol: HTTP, hostname: "*.narrow.test" }`,
  );
  const control = object(
    GATEWAY_API,
    'HTTPRoute',
    'control',
    `spec:
  parentRefs: [{ name: gw }]
  hostnames: [${CONTROL_HOST}]
  rules: [{ backendRefs: [{ name: good, port: 80 }] }]`,
  );
  return `${gateway}---\n${good}\n${control}`;
}
