import type { Config } from '../config/index.js';
import type { TranslatorOptions } from '../routing/index.js';
import { systemCertificates } from './system-certificates.js';

export const CONTROLLER_NAME = 'windlass.io/gateway-controller';

/** Whose Gateways are served, and what a directory may do that a cluster may not (DESIGN section 3). */
export const DIRECTORY_MODE: TranslatorOptions = {
  controllerName: CONTROLLER_NAME,
  gatewayClassName: 'windlass',
  implicitClass: true,
  allowExternalName: true,
  allowLoopback: true,
  systemCertificates,
};

/** The same in a cluster, where Services belong to many and a class is there only if somebody made it. */
export function clusterMode({ allowExternalName }: Config): TranslatorOptions {
  return { ...DIRECTORY_MODE, implicitClass: false, allowExternalName, allowLoopback: false };
}
