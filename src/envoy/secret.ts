import { memoByIdentity } from '../collections/index.js';
import { displayRef, refOf } from '../resources/index.js';
import { encode } from '../proto/index.js';
import type { CaBundleModel, CertificateModel } from '../routing/index.js';
import { buildWhole, type Resource } from '../xds/index.js';
import { countEncoded } from './counters.js';

/** A key pair for SDS, both halves as the Secret holds them (PEM); `routing` has checked that they belong together. */
export const secretResource = memoByIdentity(({ name, secret }: CertificateModel): Resource => {
  countEncoded('secrets');
  const chain = decoded(secret.data?.['tls.crt']);
  const key = decoded(secret.data?.['tls.key']);
  const bytesOf = (certificateChain: Uint8Array): Uint8Array =>
    encode('envoy.extensions.transport_sockets.tls.v3.Secret', {
      name,
      tlsCertificate: {
        certificateChain: { inlineBytes: certificateChain },
        privateKey: { inlineBytes: key },
      },
    });
  return buildWhole({
    type: 'secret',
    name,
    bytes: bytesOf(chain),
    references: [],
    owner: { object: displayRef(refOf(secret)), at: '' },
    // Envoy 1.40 compares with the last content, taken or not, and acknowledges the same again. An empty line means nothing in PEM.
    restated: () => bytesOf(Buffer.concat([chain, Buffer.from('\n')])),
  });
});

/** CA certificates for SDS, as PEM; `routing` has checked that they are some. */
export const bundleResource = memoByIdentity(({ name, certificates }: CaBundleModel): Resource => {
  countEncoded('secrets');
  const bytesOf = (pem: string): Uint8Array =>
    encode('envoy.extensions.transport_sockets.tls.v3.Secret', {
      name,
      validationContext: { trustedCa: { inlineBytes: Buffer.from(pem) } },
    });
  return buildWhole({
    type: 'secret',
    name,
    bytes: bytesOf(certificates),
    references: [],
    owner: { object: name, at: '' },
    // As for a key pair.
    restated: () => bytesOf(`${certificates}\n`),
  });
});

function decoded(base64: string | undefined): Uint8Array {
  return Buffer.from(base64 ?? '', 'base64');
}
