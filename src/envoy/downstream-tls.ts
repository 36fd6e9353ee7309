import { any, type envoy } from '../proto/index.js';
import { fromAds } from './config-source.js';
import { DOWNSTREAM_TLS } from './defaults.js';
import { EXTENSIONS } from './names.js';

/** Terminates TLS with the named certificates; Envoy picks among several by server name and key type. They come by SDS only (DESIGN D7). */
export function downstreamTls(
  certificates: readonly string[],
  alpnProtocols: readonly string[] = ['h2', 'http/1.1'],
): envoy.config.core.v3.TransportSocket {
  return {
    name: EXTENSIONS.tls,
    typedConfig: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      commonTlsContext: {
        tlsParams: DOWNSTREAM_TLS.values,
        tlsCertificateSdsSecretConfigs: certificates.map((name) => ({ name, sdsConfig: fromAds('secret') })),
        ...(alpnProtocols.length > 0 && { alpnProtocols }),
      },
    }),
  };
}
