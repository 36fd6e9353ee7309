import type { GatewayModel } from '../../routing/index.js';
import { condition } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** GatewayConditionInsecureFrontendValidationMode: True as long as clients may come without a valid certificate somewhere; otherwise absent. */
export function gatewayInsecureFrontend({ gateway }: GatewayModel): readonly CurrentCondition[] {
  const { frontend } = gateway.spec.tls ?? {};
  const ports = (frontend?.perPort ?? []).map(({ port, tls }) => [`port ${port}`, tls] as const);
  const insecure = [['the default', frontend?.default] as const, ...ports].flatMap(([place, tls]) =>
    tls?.validation?.mode === 'AllowInsecureFallback' ? [place] : [],
  );
  if (insecure.length === 0) return [];
  const message = `mode AllowInsecureFallback (${insecure.join(', ')}): clients are let in without a valid certificate`;
  const { generation } = gateway.metadata;
  return [
    condition('Gateway InsecureFrontendValidationMode', 'True', 'ConfigurationChanged', message, generation),
  ];
}
