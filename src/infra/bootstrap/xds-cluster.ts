import { any, envoy, toJson, type google } from '../../proto/index.js';
import { seconds } from './seconds.js';

/** No underscore: names of Service clusters have two, so this can never be one of them. */
export const XDS_CLUSTER = 'windlass-xds';

/** Where the control plane is found, and by what the two sides know each other. */
export type XdsServer =
  | {
      /** The path of the socket decides the fleet; file permissions decide who may connect. */
      readonly kind: 'socket';
      readonly path: string;
    }
  | {
      /** For Envoys that others start: TLS, and a bearer token that decides the fleet. */
      readonly kind: 'tls';
      /** An IP address, or a name that Envoy resolves. */
      readonly host: string;
      readonly port: number;
      /** A subject alternative name (DNS) that the server's certificate must have; sent as SNI. */
      readonly serverName: string;
      /** SDS file that names the CA: {@link caSecretText}. Absolute path. */
      readonly caSecretFile: string;
      /** SDS file that names the token: {@link tokenSecretText}. Absolute path. */
      readonly tokenSecretFile: string;
    };

const CA_SECRET = 'xds-ca';
const TOKEN_SECRET = 'xds-token';

/** The control plane as a cluster: HTTP/2 with keepalive, so that a dead connection is noticed and another one made. */
export function xdsCluster(xds: XdsServer): envoy.config.cluster.v3.Cluster {
  const address =
    xds.kind === 'socket'
      ? { pipe: { path: xds.path } }
      : { socketAddress: { address: xds.host, portValue: xds.port } };
  return {
    name: XDS_CLUSTER,
    type:
      xds.kind === 'socket'
        ? envoy.config.cluster.v3.Cluster.DiscoveryType.STATIC
        : envoy.config.cluster.v3.Cluster.DiscoveryType.STRICT_DNS,
    // A name may have addresses of a family that is not to be had here: all are tried, one after the other.
    ...(xds.kind === 'tls' && { dnsLookupFamily: envoy.config.cluster.v3.Cluster.DnsLookupFamily.ALL }),
    connectTimeout: seconds(5),
    loadAssignment: { clusterName: XDS_CLUSTER, endpoints: [{ lbEndpoints: [{ endpoint: { address } }] }] },
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any(
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        {
          explicitHttpConfig: {
            http2ProtocolOptions: { connectionKeepalive: { interval: seconds(30), timeout: seconds(10) } },
          },
          ...(xds.kind === 'tls' && { httpFilters: [tokenInjector(xds.tokenSecretFile), UPSTREAM_CODEC] }),
        },
      ),
    },
    ...(xds.kind === 'tls' && {
      transportSocket: {
        name: 'envoy.transport_sockets.tls',
        typedConfig: any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
          sni: xds.serverName,
          commonTlsContext: {
            // The default maximum of an upstream is 1.2.
            tlsParams: { tlsMinimumProtocolVersion: TLS_1_3, tlsMaximumProtocolVersion: TLS_1_3 },
            alpnProtocols: ['h2'],
            combinedValidationContext: {
              defaultValidationContext: {
                matchTypedSubjectAltNames: [{ sanType: SAN_DNS, matcher: { exact: xds.serverName } }],
              },
              validationContextSdsSecretConfig: { name: CA_SECRET, sdsConfig: fromFile(xds.caSecretFile) },
            },
          },
        }),
      },
    }),
  };
}

const TLS_1_3 = envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol.TLSv1_3;
const SAN_DNS = envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType.DNS;

const UPSTREAM_CODEC = {
  name: 'envoy.filters.http.upstream_codec',
  typedConfig: any('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec', {}),
};

/** Adds `authorization: Bearer …` to every xDS stream. The secret is watched: a rotated token is used by the next stream, without a restart. */
function tokenInjector(secretFile: string): {
  readonly name: string;
  readonly typedConfig: google.protobuf.Any;
} {
  return {
    name: 'envoy.filters.http.credential_injector',
    typedConfig: any('envoy.extensions.filters.http.credential_injector.v3.CredentialInjector', {
      overwrite: true,
      credential: {
        name: 'envoy.http.injected_credentials.generic',
        typedConfig: any('envoy.extensions.http.injected_credentials.generic.v3.Generic', {
          credential: { name: TOKEN_SECRET, sdsConfig: fromFile(secretFile) },
          header: 'authorization',
          headerValuePrefix: 'Bearer ',
        }),
      },
    }),
  };
}

/** SDS from a file. The directory of the file is watched: a replacement by rename, and the `..data` link of a Kubernetes volume, are noticed. */
function fromFile(path: string): envoy.config.core.v3.ConfigSource {
  return {
    resourceApiVersion: envoy.config.core.v3.ApiVersion.V3,
    pathConfigSource: { path, watchedDirectory: { path: directoryOf(path) } },
  };
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 1));
}

/** Text of the SDS file of the CA: `caFile` is PEM, watched by its directory. */
export function caSecretText(caFile: string): string {
  return secretText({
    name: CA_SECRET,
    validationContext: { trustedCa: { filename: caFile }, watchedDirectory: { path: directoryOf(caFile) } },
  });
}

/** Text of the SDS file of the token: `tokenFile` holds the bare token without a line end, as Kubernetes projects it. */
export function tokenSecretText(tokenFile: string): string {
  return secretText({
    name: TOKEN_SECRET,
    genericSecret: { secret: { filename: tokenFile, watchedDirectory: { path: directoryOf(tokenFile) } } },
  });
}

/** Canonical protobuf JSON, equal for equal secrets. */
function secretText(secret: envoy.extensions.transport_sockets.tls.v3.Secret): string {
  const response = { resources: [any('envoy.extensions.transport_sockets.tls.v3.Secret', secret)] };
  return `${JSON.stringify(toJson('envoy.service.discovery.v3.DiscoveryResponse', response), undefined, 2)}\n`;
}
