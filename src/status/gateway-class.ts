import { refOf, type InstalledBundle } from '../resources/index.js';
import type { GatewayClassModel } from '../routing/index.js';
import { gatewayClassAccepted } from './conditions/gateway-class-accepted.js';
import { gatewayClassSupportedVersion } from './conditions/gateway-class-supported-version.js';
import type { CurrentCondition, ObjectStatus } from './object-status.js';
import { supportedFeatures } from './supported-features.js';

export function gatewayClassStatus(
  model: GatewayClassModel,
  bundle: InstalledBundle,
): ObjectStatus<CurrentCondition> {
  const conditions = [gatewayClassAccepted(model), gatewayClassSupportedVersion(model, bundle)];
  const features = supportedFeatures(bundle).map((name) => ({ name }));
  return {
    kind: 'GatewayClass',
    ref: refOf(model.gatewayClass),
    status: { conditions, supportedFeatures: features },
  };
}
