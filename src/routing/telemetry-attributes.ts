import type { TelemetryAttribute } from '../resources/index.js';
import type { Refusal } from './model.js';
import { refusal, verdictOf } from './refusals.js';
import {
  STANDARD_ATTRIBUTES,
  type AttributeSource,
  type StandardAttribute,
  type TracingAttribute,
} from './telemetry-model.js';

// Source: Gateway API, XTelemetryPolicy `tracing.attributes`; GEP-5253.

const AT = 'spec.tracing.attributes';
const REQUEST_HEADER = 'http.request.header.';
const RESPONSE_HEADER = 'http.response.header.';
/** Standard, and without a value in every request: fragments stay with the client. */
const NEVER_THERE = 'url.fragment';

/** What the attributes mean, and which of them are left out because nothing is known by their key. */
export function attributesOf(attributes: readonly TelemetryAttribute[]): {
  readonly attributes: readonly TracingAttribute[];
  readonly omitted: Refusal | undefined;
} {
  const unknown: Refusal[] = [];
  const known = attributes.flatMap((attribute, index): readonly TracingAttribute[] => {
    if (attribute.sourceType === 'Attribute' && attribute.attributeKey === NEVER_THERE) return [];
    const source = sourceOf(attribute);
    if (source !== undefined) return [{ name: attribute.name, source }];
    const message = `${attribute.name} is left out of spans: its key is none of the attributes of GEP-5253`;
    unknown.push(refusal('UnsupportedAttribute', message, `${AT}[${index}].attributeKey`));
    return [];
  });
  const verdict = verdictOf(unknown);
  return { attributes: known, omitted: verdict.accepted ? undefined : verdict };
}

function sourceOf(attribute: TelemetryAttribute): AttributeSource | undefined {
  switch (attribute.sourceType) {
    case 'Literal':
      return { kind: 'literal', value: attribute.literalValue };
    case 'Header':
      return { kind: 'request-header', header: attribute.headerName.toLowerCase() };
    case 'Attribute':
      return standardSource(attribute.attributeKey);
  }
}

function standardSource(key: string): AttributeSource | undefined {
  if (isStandard(key)) return { kind: 'standard', key };
  for (const [kind, prefix] of [
    ['request-header', REQUEST_HEADER],
    ['response-header', RESPONSE_HEADER],
  ] as const)
    if (key.length > prefix.length && key.startsWith(prefix))
      return { kind, header: key.slice(prefix.length) };
  return undefined;
}

function isStandard(key: string): key is StandardAttribute {
  return STANDARD_ATTRIBUTES.some((known) => known === key);
}
