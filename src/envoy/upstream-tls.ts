import { any, envoy } from '../proto/index.js';
import type { AltName, BackendTls, ClusterModel } from '../routing/index.js';
import { fromAds } from './config-source.js';
import { UPSTREAM_TLS } from './defaults.js';
import { EXTENSIONS } from './names.js';

const { SanType } = envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;

/**
 * Speaks TLS to a backend: its certificate has to chain up to the CAs, which come by SDS only (DESIGN D7), and to carry one of the names. Without
 * the CAs Envoy makes no connection at all.
 * @param protocol undefined: one that is not known, which is asked for by no name
 * @param clientCertificate name of what is presented, if the backend asks
 */
export function upstreamTls(
  { hostname, names, ca }: BackendTls,
  protocol: ClusterModel['protocol'] | undefined,
  clientCertificate: string | undefined,
): envoy.config.core.v3.TransportSocket {
  return {
    name: EXTENSIONS.tls,
    typedConfig: any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      sni: hostname,
      commonTlsContext: {
        tlsParams: UPSTREAM_TLS.values,
        ...(protocol !== undefined && { alpnProtocols: [protocol === 'http2' ? 'h2' : 'http/1.1'] }),
        ...(clientCertificate !== undefined && {
          tlsCertificateSdsSecretConfigs: [{ name: clientCertificate, sdsConfig: fromAds('secret') }],
        }),
        combinedValidationContext: {
          defaultValidationContext: {
            matchTypedSubjectAltNames: names.map(({ kind, value }) => ({
              sanType: kind === 'uri' ? SanType.URI : SanType.DNS,
              matcher: matcher(kind, value),
            })),
          },
          validationContextSdsSecretConfig: { name: ca, sdsConfig: fromAds('secret') },
        },
      },
    }),
  };
}

/** An exact DNS name is also met by a certificate's wildcard, whatever the case. Envoy knows no wildcard on this side. */
function matcher(kind: AltName['kind'], value: string): envoy.type.matcher.v3.StringMatcher {
  if (kind === 'uri' || !value.startsWith('*.')) return { exact: value };
  const parent = value.slice(2).replaceAll('.', '\\.');
  return { safeRegex: { regex: `(?i)[^.]+\\.${parent}` } };
}
