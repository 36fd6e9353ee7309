/** How requests are traced. */
export interface TracingSettings {
  /** Sent with every export; names lower case, each once. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly sampling: SamplingModel;
  /** `service.name` of the spans' resource. */
  readonly serviceName: string;
  /** Undefined: what the proxy calls them. */
  readonly spanName: string | undefined;
  /** Beside what the proxy says of itself. */
  readonly attributes: readonly TracingAttribute[];
}

/** A share of all requests: `numerator` of `denominator`, at most 1. */
export interface Rate {
  readonly numerator: number;
  readonly denominator: number;
}

/** Which requests are traced. */
export interface SamplingModel {
  /** Of those that belong to no trace yet; of all where nobody looks at the trace they belong to. */
  readonly rate: Rate;
  /** Of those whose trace is recorded already, while those of a trace that is not are never traced. Undefined: nobody looks. */
  readonly ofRecordedTraces: Rate | undefined;
}

export interface TracingAttribute {
  readonly name: string;
  readonly source: AttributeSource;
}

export type AttributeSource =
  | { readonly kind: 'literal'; readonly value: string }
  /** Names lower case. Without the header the span has no such attribute. */
  | { readonly kind: 'request-header' | 'response-header'; readonly header: string }
  | { readonly kind: 'standard'; readonly key: StandardAttribute };

/**
 * The keys that an attribute may name, beside those of headers. Source: GEP-5253, whose dictionary they are; `url.fragment` is in it too, and never
 * sent to a server.
 */
export const STANDARD_ATTRIBUTES = [
  'http.request.method',
  'http.request.method_original',
  'http.response.status_code',
  'http.route',
  'user_agent.original',
  'error.type',
  'url.scheme',
  'url.path',
  'url.query',
  'url.full',
  'client.address',
  'client.port',
  'server.address',
  'server.port',
  'network.peer.address',
  'network.peer.port',
  'network.protocol.name',
  'network.protocol.version',
  'network.transport',
  'network.type',
] as const;

export type StandardAttribute = (typeof STANDARD_ATTRIBUTES)[number];
