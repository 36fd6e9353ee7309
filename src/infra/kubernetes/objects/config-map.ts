import type { DesiredGateway } from '../desired.js';
import { infraObject, type InfraObject } from './infra-object.js';

/** Bootstrap, SDS files and CA; nothing in it is secret. */
export function configMap(
  gateway: DesiredGateway,
  bootstrapFiles: Readonly<Record<string, string>>,
  caBundle: string,
): InfraObject {
  return { ...infraObject('ConfigMap', gateway), data: { ...bootstrapFiles, 'ca.crt': caBundle } };
}
