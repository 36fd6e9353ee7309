import { parse } from 'yaml';
import { displayPath, ingest, type Fault, type KnownObject } from '../index.js';

/** What `ingest` says about an object written in YAML, as `path: message` lines in its order. */
export function faultsOf(yaml: string): readonly string[] {
  return ingest(parse(yaml)).faults.map(inWords);
}

export function errorsOf(yaml: string): readonly string[] {
  return ingest(parse(yaml))
    .faults.filter(({ severity }) => severity === 'error')
    .map(inWords);
}

function inWords({ path, message }: Fault): string {
  return `${displayPath(path)}: ${message}`;
}

/** The accepted object of a YAML text; fails with its faults if it is refused. */
export function accepted(yaml: string): KnownObject {
  const { object, faults } = ingest(parse(yaml));
  if (object === undefined) throw new Error(`refused: ${faults.map(inWords).join('; ')}`);
  return object;
}

const HEADS = {
  Gateway: 'apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw}\n',
  HTTPRoute: 'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: route}\n',
  TLSRoute: 'apiVersion: gateway.networking.k8s.io/v1\nkind: TLSRoute\nmetadata: {name: route}\n',
  TCPRoute: 'apiVersion: gateway.networking.k8s.io/v1\nkind: TCPRoute\nmetadata: {name: route}\n',
  UDPRoute: 'apiVersion: gateway.networking.k8s.io/v1\nkind: UDPRoute\nmetadata: {name: route}\n',
  BackendTLSPolicy:
    'apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {name: policy}\n',
  XBackend: 'apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XBackend\nmetadata: {name: backend}\n',
  Pod: 'apiVersion: v1\nkind: Pod\nmetadata: {name: pod}\n',
  XMesh: 'apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XMesh\nmetadata: {name: mesh}\n',
  Service: 'apiVersion: v1\nkind: Service\nmetadata: {name: svc}\n',
  EndpointSlice: 'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: slice}\n',
  Secret: 'apiVersion: v1\nkind: Secret\nmetadata: {name: secret}\n',
  ConfigMap: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\n',
} as const;

/** YAML of an object of a kind, without the lines that every object has. */
export function objectOf(kind: keyof typeof HEADS, body: string): string {
  return HEADS[kind] + body;
}

/** An HTTPRoute with one rule, written in flow style or as an indented block. */
export function routeWithRule(rule: string): string {
  return objectOf('HTTPRoute', `spec:\n  rules:\n  - ${rule.trim().replaceAll('\n', '\n    ')}\n`);
}

/** A Gateway with these listeners, each in flow style. */
export function gatewayWith(...listeners: readonly string[]): string {
  return objectOf(
    'Gateway',
    `spec:\n  gatewayClassName: windlass\n  listeners:\n${listeners.map((l) => `  - ${l}\n`).join('')}`,
  );
}
