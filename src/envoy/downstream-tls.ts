import { any, envoy } from '../proto/index.js';
import type { ClientValidation } from '../routing/index.js';
import { fromAds } from './config-source.js';
import { DOWNSTREAM_TLS } from './defaults.js';
import { EXTENSIONS } from './names.js';

const { TrustChainVerification } = envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;

/**
 * Terminates TLS with the named certificates; Envoy picks among several by server name and key type. They and the CAs that clients are verified by come by SDS
 * only (DESIGN D7); without the CAs Envoy lets nobody in.
 */
export function downstreamTls(
  certificates: readonly string[],
  clients: ClientValidation | undefined,
  alpnProtocols: readonly string[] = ['h2', 'http/1.1'],
): envoy.config.core.v3.TransportSocket {
  return {
    name: EXTENSIONS.tls,
    typedConfig: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      ...(clients && { requireClientCertificate: { value: clients.mode === 'AllowValidOnly' } }),
      commonTlsContext: {
        tlsParams: DOWNSTREAM_TLS.values,
        tlsCertificateSdsSecretConfigs: certificates.map((name) => ({ name, sdsConfig: fromAds('secret') })),
        ...(alpnProtocols.length > 0 && { alpnProtocols }),
        ...(clients && {
          combinedValidationContext: {
            // A certificate is asked for all the same, and may be any.
            defaultValidationContext:
              clients.mode === 'AllowInsecureFallback'
                ? { trustChainVerification: TrustChainVerification.ACCEPT_UNTRUSTED }
                : {},
            validationContextSdsSecretConfig: { name: clients.ca, sdsConfig: fromAds('secret') },
          },
        }),
      },
    }),
  };
}
