// infra – what a Gateway needs to exist: `local/` runs its Envoys as processes of this machine.
export { findEnvoy, type EnvoyBinary, type FindEnvoyOptions } from './local/envoy-binary/find.js';
export {
  writeRemoteBootstrap,
  type RemoteBootstrap,
  type RemoteBootstrapOptions,
} from './local/remote-bootstrap.js';
export { LocalInfra } from './local/local-infra.js';
export {
  LOCAL_INFRA_DEFAULTS,
  type DesiredProxy,
  type LocalFleet,
  type LocalInfraOptions,
  type LocalInfraSettings,
  type ProcessState,
} from './local/options.js';
export type { DesiredAddress } from './local/addresses.js';
export { adminOf, type Admin } from './local/admin.js';
export { defaultRunDirectory } from './local/run-directory.js';
