import { displayRef, type Gateway, type TelemetryPolicy } from '../resources/index.js';
import type { Memo, Reads } from '../store/index.js';
import { permitOfBackend, resolveBackend, type BackendOptions } from './backends.js';
import { securityPermit } from './backend-tls.js';
import type { ClusterModel, Refusal, TracingModel, Verdict } from './model.js';
import { byPrecedence } from './policy-precedence.js';
import { ACCEPTED } from './verdict.js';
import { refusal } from './refusals.js';
import { attributesOf } from './telemetry-attributes.js';
import type { Rate, SamplingModel } from './telemetry-model.js';

// What an XTelemetryPolicy asks for, and which one a Gateway follows. What cannot be honoured costs the spans, never a request.
// Source: Gateway API v1.7.0, XTelemetryPolicy.

/** What a policy comes to, whatever it targets. */
export interface TelemetrySettings {
  /** PolicyConditionReason: Invalid. */
  readonly accepted: Verdict;
  /** Of its collector: BackendNotFound, InvalidKind, RefNotPermitted… */
  readonly resolvedRefs: Verdict;
  /** What is left out while the rest is in force. */
  readonly omitted: Refusal | undefined;
  /** Undefined: nothing is traced. `serviceName` undefined: the Gateway's own. */
  readonly tracing:
    (Omit<TracingModel, 'serviceName'> & { readonly serviceName: string | undefined }) | undefined;
}

const NOTHING: TelemetrySettings = {
  accepted: ACCEPTED,
  resolvedRefs: ACCEPTED,
  omitted: undefined,
  tracing: undefined,
};

/** The policies that target a Gateway; the first is in force. */
export function telemetryPoliciesOf(
  { metadata: { namespace = '', name } }: Gateway,
  reads: Reads,
): readonly TelemetryPolicy[] {
  return [...reads.referring('telemetryOfGateway', namespace, name).values()].toSorted(byPrecedence);
}

/** How the requests of a Gateway are traced; undefined: not at all. */
export function tracingOf(
  gateway: Gateway,
  reads: Reads,
  settings: Memo<TelemetryPolicy, TelemetrySettings>,
): TracingModel | undefined {
  const [policy] = telemetryPoliciesOf(gateway, reads);
  const tracing = policy && settings(policy, reads).tracing;
  const { namespace = '', name } = gateway.metadata;
  return tracing && { ...tracing, serviceName: tracing.serviceName ?? `${name}.${namespace}` };
}

export function telemetrySettings(
  policy: TelemetryPolicy,
  reads: Reads,
  options: BackendOptions,
): TelemetrySettings {
  const { mode, provider, samplingRate, parentBasedSampling, serviceName, spanName, attributes } =
    policy.spec.tracing ?? {};
  // Without a policy nothing is traced: that is the default here, too.
  if (mode !== 'Enabled' || provider === undefined) return NOTHING;
  const collector = collectorOf(policy, provider.backendRef, reads, options);
  const refused = provider.headers
    ?.map(({ name, value }, i) => headerFault(name, value, `spec.tracing.provider.headers[${i}]`))
    .find((fault) => fault !== undefined);
  const known = attributesOf(attributes ?? []);
  return {
    accepted: refused ?? ACCEPTED,
    resolvedRefs: 'accepted' in collector ? collector : ACCEPTED,
    omitted: known.omitted,
    tracing:
      'accepted' in collector || refused !== undefined
        ? undefined
        : {
            collector: collector.cluster,
            permits: collector.permits,
            headers: headersOf(provider.headers ?? []),
            sampling: samplingOf(samplingRate, parentBasedSampling),
            serviceName,
            spanName,
            attributes: known.attributes,
          },
  };
}

type Tracing = NonNullable<TelemetryPolicy['spec']['tracing']>;
type Provider = NonNullable<Tracing['provider']>;

/** Spans go by gRPC: HTTP/2, whatever the port says. */
function collectorOf(
  policy: TelemetryPolicy,
  ref: Provider['backendRef'],
  reads: Reads,
  options: BackendOptions,
): { readonly cluster: ClusterModel; readonly permits: readonly string[] } | Refusal {
  const at = 'spec.tracing.provider.backendRef';
  const cluster = resolveBackend(ref, policy, at, reads, options, true);
  if ('accepted' in cluster) {
    const { by } = cluster;
    return by === undefined
      ? cluster
      : refusal('BackendNotUsable', `${displayRef(by)}: ${cluster.message}`, cluster.at);
  }
  const granted = permitOfBackend(ref, policy);
  return { cluster, permits: [...(granted === undefined ? [] : [granted]), securityPermit(cluster)] };
}

/** Those of the connection and of gRPC itself: with another value no export would arrive. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'content-type',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function headerFault(name: string, value: string, at: string): Refusal | undefined {
  const lower = name.toLowerCase();
  if (RESERVED.has(lower) || lower.startsWith('grpc-')) {
    return refusal('Invalid', `${name} belongs to the protocol of exports and cannot be set`, `${at}.name`);
  }
  // Envoy reads a format where it then sends the text as it stands: it can be told of no percent sign.
  if (value.includes('%')) return refusal('Invalid', 'a value with % is not supported', `${at}.value`);
  return undefined;
}

/** Of names that differ in case alone the first counts. */
function headersOf(headers: NonNullable<Provider['headers']>): TracingModel['headers'] {
  const first = new Map<string, string>();
  for (const { name, value } of headers) {
    const lower = name.toLowerCase();
    if (!first.has(lower)) first.set(lower, value);
  }
  return [...first].map(([name, value]) => ({ name, value }));
}

const EVERY_REQUEST: Rate = { numerator: 1, denominator: 1 };

/** Left to implementations and chosen here: every request is traced, and the decision of whoever began the trace is respected. */
function samplingOf(rate: Tracing['samplingRate'], parents: Tracing['parentBasedSampling']): SamplingModel {
  return {
    rate: rateOf(rate),
    ofRecordedTraces: parents?.mode === 'Disabled' ? undefined : rateOf(parents?.samplingRate),
  };
}

function rateOf(rate: Tracing['samplingRate']): Rate {
  return rate === undefined
    ? EVERY_REQUEST
    : { numerator: rate.numerator, denominator: rate.denominator ?? 100 };
}
