// infra – what a Gateway needs to exist: `local/` runs its Envoys as processes of this machine, `kubernetes/` as pods.
export { findEnvoy, type EnvoyBinary, type FindEnvoyOptions } from './local/envoy-binary/find.js';
export {
  writeRemoteBootstrap,
  type RemoteBootstrap,
  type RemoteBootstrapOptions,
} from './local/remote-bootstrap.js';
export { LocalInfra } from './local/local-infra.js';
export type {
  DesiredProxy,
  LocalFleet,
  LocalInfraOptions,
  LocalInfraSettings,
  ProcessState,
} from './local/options.js';
export type { DesiredAddress } from './local/addresses.js';
export { adminOf, type Admin } from './local/admin.js';
export { desiredGateways, type DesiredGateway } from './kubernetes/desired.js';
export { KubernetesInfra, type KubernetesInfraOptions } from './kubernetes/kubernetes-infra.js';
export { infraName } from './kubernetes/names.js';
export type { KubernetesInfraSettings } from './kubernetes/settings.js';
