/** What the control plane knows of itself and its cluster, and every Envoy is told. */
export interface KubernetesInfraSettings {
  /** Image of Envoy where parameters name none. */
  readonly image: string;
  /** Where the control plane is reached: name of the xDS Service, and the name in its certificate. */
  readonly xdsHost: string;
  readonly xdsPort: number;
  readonly serverName: string;
  /** PEM: the CAs that the serving certificate may be signed by. */
  readonly caBundle: string;
  /** IP families that pods have. */
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[];
}

/** An hour: what kubelet refreshes well before it ends. */
export const TOKEN_SECONDS = 3600;

/** Any address of the pod: what Envoys bind, whatever address the Gateway is reached by. */
export function bindAddresses(families: KubernetesInfraSettings['ipFamilies']): readonly string[] {
  return [...(families.includes('IPv4') ? ['0.0.0.0'] : []), ...(families.includes('IPv6') ? ['::'] : [])];
}
