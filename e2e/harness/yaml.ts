/** A Service with one manual EndpointSlice on loopback, as a user would write them. */
export function service(name: string, port: number, namespace = 'default', appProtocol = 'http'): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ports: [{ name: http, port: 80, appProtocol: ${appProtocol} }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-1, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1] }]
ports: [{ name: http, port: ${port} }]
`;
}

/** A Secret with a key pair, whatever its texts say. */
export function tlsSecret(name: string, certificate: string, key: string): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return `
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: { name: ${name} }
data: { tls.crt: ${base64(certificate)}, tls.key: ${base64(key)} }
`;
}

/** A Gateway with one plain HTTP listener. */
export function gateway(name: string, port: number): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name} }
spec:
  gatewayClassName: windlass
  listeners: [{ name: http, port: ${port}, protocol: HTTP }]
`;
}

/** An HTTPRoute that sends everything of a Gateway to one Service. */
export function everythingTo(service: string, gateway: string): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all }
spec:
  parentRefs: [{ name: ${gateway} }]
  rules: [{ backendRefs: [{ name: ${service}, port: 80 }] }]
`;
}

export function documents(...parts: readonly string[]): string {
  return parts.map((part) => part.trim()).join('\n---\n') + '\n';
}
