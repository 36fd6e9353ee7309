import { object } from './bad-input.js';
import { httpRoute } from './http-route.js';

/** A BackendTLSPolicy with the Service that it targets and a route to that. @param validation YAML flow mapping */
export function tlsToService(validation: string, name: string, host: string, section = ''): string {
  const target = `{ group: "", kind: Service, name: ${name}${section === '' ? '' : `, sectionName: ${section}`} }`;
  return (
    object('v1', 'Service', name, 'spec: { ports: [{ name: web, port: 80 }] }') +
    object(
      'gateway.networking.k8s.io/v1',
      'BackendTLSPolicy',
      name,
      `spec: { targetRefs: [${target}], validation: ${validation} }`,
    ) +
    httpRoute(`  - { backendRefs: [{ name: ${name}, port: 80 }] }`)(name, host)
  );
}
