import { envoy } from '../proto/index.js';
import type { StandardAttribute, TracingAttribute } from '../routing/index.js';

type CustomTag = envoy.type.tracing.v3.CustomTag;

const { INT } = envoy.type.tracing.v3.CustomTag.ValueType;

/** What has no value in a request is no attribute of its span. */
export function spanAttribute({ name, source }: TracingAttribute): CustomTag {
  switch (source.kind) {
    case 'literal':
      return { tag: name, literal: { value: source.value } };
    case 'request-header':
      return { tag: name, requestHeader: { name: source.header } };
    case 'response-header':
      return { tag: name, value: `%RESP(${source.header})%` };
    case 'standard':
      return STANDARD[source.key](name);
  }
}

type Found = (tag: string) => CustomTag;

const text =
  (value: string): Found =>
  (tag) => ({ tag, value });
const integer =
  (value: string): Found =>
  (tag) => ({ tag, value, valueType: INT });
const always =
  (value: string): Found =>
  (tag) => ({ tag, literal: { value } });

/**
 * Where Envoy finds them. All are looked at when the request is over: path and host are those that the backend was asked for, where a rule rewrites
 * them; the host has a port where the client named one. Source: OpenTelemetry semantic conventions.
 */
const STANDARD: Readonly<Record<StandardAttribute, Found>> = {
  'http.request.method': text('%REQ(:METHOD)%'),
  'http.request.method_original': text('%REQ(:METHOD)%'),
  'http.response.status_code': integer('%RESPONSE_CODE%'),
  'http.route': text('%ROUTE_NAME%'),
  'user_agent.original': (tag) => ({ tag, requestHeader: { name: 'user-agent' } }),
  // Of a server, statuses of the client's fault are no errors of its own.
  'error.type': text('%CEL(response.code >= 500 ? response.code : "")%'),
  'url.scheme': text('%REQ(:SCHEME)%'),
  'url.path': text('%PATH(NQ:PATH)%'),
  'url.query': text('%CEL(request.query)%'),
  'url.full': text('%REQ(:SCHEME)%://%REQ(:AUTHORITY)%%REQ(:PATH)%'),
  'client.address': text('%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'),
  'client.port': integer('%DOWNSTREAM_REMOTE_PORT%'),
  'server.address': text('%REQ(:AUTHORITY)%'),
  'server.port': integer('%DOWNSTREAM_LOCAL_PORT%'),
  'network.peer.address': text('%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%'),
  'network.peer.port': integer('%DOWNSTREAM_DIRECT_REMOTE_PORT%'),
  'network.protocol.name': always('http'),
  'network.protocol.version': text(
    '%CEL(request.protocol == "HTTP/2" ? "2" : request.protocol == "HTTP/1.1" ? "1.1" : "1.0")%',
  ),
  // No listener is offered over anything else.
  'network.transport': always('tcp'),
  'network.type': text('%CEL(source.address.startsWith("[") ? "ipv6" : "ipv4")%'),
};
