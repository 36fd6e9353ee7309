import type { TranslatorOptions } from '../routing/index.js';
import { systemCertificates } from './system-certificates.js';

/** Whose Gateways are served, and what a directory may do that a cluster may not (DESIGN section 3). */
export const DIRECTORY_MODE: TranslatorOptions = {
  controllerName: 'windlass.io/gateway-controller',
  gatewayClassName: 'windlass',
  implicitClass: true,
  allowExternalName: true,
  allowLoopback: true,
  systemCertificates,
};
