import type { GatewayParametersSpec, GatewaySpecAddress } from '../../resources/index.js';
import type { GatewayModel, ListenerModel, Model } from '../../routing/index.js';

export type Transport = 'TCP' | 'UDP';

/** A port that clients reach: one of a Service, however many listeners share it. */
export interface DesiredPort {
  readonly port: number;
  readonly transport: Transport;
}

/** What a Gateway of ours needs in the cluster. */
export interface DesiredGateway {
  /** `namespace/name`. */
  readonly fleet: string;
  readonly namespace: string;
  readonly name: string;
  readonly gatewayClass: string;
  /** Of owner references. */
  readonly uid: string;
  readonly generation: number | undefined;
  /** Sorted, each once. */
  readonly ports: readonly DesiredPort[];
  /** `spec.addresses`. */
  readonly addresses: readonly GatewaySpecAddress[];
  /** `spec.infrastructure`: on everything that is made. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Undefined: they are refused, and what there is stays as it is (DESIGN D10). */
  readonly parameters: GatewayParametersSpec | undefined;
}

/** Every Gateway of the model, refused ones too: what they have is not torn down for that. */
export function desiredGateways(model: Model): readonly DesiredGateway[] {
  return model.gateways.map(desiredGateway);
}

function desiredGateway({ gateway, listeners, parameters }: GatewayModel): DesiredGateway {
  const { name, namespace = '', uid = '', generation } = gateway.metadata;
  const { gatewayClassName, addresses = [], infrastructure } = gateway.spec;
  return {
    fleet: `${namespace}/${name}`,
    namespace,
    name,
    gatewayClass: gatewayClassName,
    uid,
    generation,
    ports: portsOf(listeners),
    addresses,
    labels: infrastructure?.labels ?? {},
    annotations: infrastructure?.annotations ?? {},
    parameters,
  };
}

function portsOf(listeners: readonly ListenerModel[]): readonly DesiredPort[] {
  const ports = new Map<string, DesiredPort>();
  for (const { port, protocol, accepted, conflicted } of listeners) {
    if (!accepted.accepted || !conflicted.accepted) continue;
    const transport = protocol === 'UDP' ? 'UDP' : 'TCP';
    ports.set(`${port}/${transport}`, { port, transport });
  }
  return [...ports.values()].toSorted((a, b) => a.port - b.port || a.transport.localeCompare(b.transport));
}
