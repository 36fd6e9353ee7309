import { displayRef, refOf } from '../resources/index.js';
import { encode } from '../proto/index.js';
import type { CertificateModel } from '../routing/index.js';
import { buildWhole, type Resource } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { memoByIdentity } from './memo.js';

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

function decoded(base64: string | undefined): Uint8Array {
  return Buffer.from(base64 ?? '', 'base64');
}
