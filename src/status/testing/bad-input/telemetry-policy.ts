import { telemetry, type TelemetryOptions } from '../../../routing/testing/telemetry.js';
import { GATEWAY_API, object, type BadInput } from './bad-input.js';

/** A policy with the Gateway that it targets. */
const policy =
  (options: TelemetryOptions): BadInput['yaml'] =>
  (name) =>
    object(
      GATEWAY_API,
      'Gateway',
      name,
      'spec: { gatewayClassName: windlass, listeners: [{ name: http, port: 8080, protocol: HTTP }] }',
    ) + telemetry(name, { gateways: [name], backend: '{ name: good, port: 80 }', ...options });

export const TELEMETRY_POLICIES: readonly BadInput[] = [
  {
    is: 'whose collector is missing',
    yaml: policy({ backend: '{ name: none, port: 80 }' }),
    expected: { says: ['XTelemetryPolicy ResolvedRefs False BackendNotFound'] },
  },
  {
    is: 'whose Gateway is missing',
    yaml: (name) => telemetry(name, { gateways: ['none'] }),
    expected: { says: ['XTelemetryPolicy Accepted False TargetNotFound'] },
  },
  {
    is: 'whose target is of another kind',
    yaml: (name) => telemetry(name, { targets: '[{ group: "", kind: Service, name: good }]' }),
    expected: { says: ['XTelemetryPolicy Accepted False Invalid'] },
  },
  {
    is: 'with an attribute of an unknown key',
    yaml: policy({ more: 'attributes: [{ name: a, sourceType: Attribute, attributeKey: odd }]' }),
    expected: { says: ['XTelemetryPolicy windlass.io/AttributesOmitted True UnsupportedAttribute'] },
  },
  {
    is: 'with the largest names and values that there may be, and the rarest of rates',
    yaml: policy({
      more: `serviceName: ${'s'.repeat(253)}, spanName: ${'n'.repeat(256)}, samplingRate: { numerator: 1, denominator: 2147483647 }, parentBasedSampling: { mode: Enabled, samplingRate: { numerator: 2147483646, denominator: 2147483647 } }, attributes: [{ name: ${'a'.repeat(256)}, sourceType: Literal, literalValue: "${'%'.repeat(1024)}" }]`,
    }),
    expected: {
      says: ['XTelemetryPolicy Accepted True Accepted', 'Gateway Programmed True Programmed'],
    },
  },
  {
    is: 'without a provider',
    yaml: (name) => telemetry(name, { tracing: '{ mode: Enabled }' }),
    expected: { refused: 'provider is required' },
  },
];
