import { displayRef, refOf } from '../resources/index.js';
import { encode } from '../proto/index.js';
import type { CertificateModel } from '../routing/index.js';
import { buildWhole, type Resource } from '../xds/index.js';
import { countEncoded } from './counters.js';
import { memoByIdentity } from './memo.js';

/** A key pair for SDS, both halves as the Secret holds them (PEM); `routing` has checked that they belong together. */
export const secretResource = memoByIdentity(({ name, secret }: CertificateModel): Resource => {
  countEncoded('secrets');
  return buildWhole({
    type: 'secret',
    name,
    bytes: encode('envoy.extensions.transport_sockets.tls.v3.Secret', {
      name,
      tlsCertificate: {
        certificateChain: { inlineBytes: decoded(secret.data?.['tls.crt']) },
        privateKey: { inlineBytes: decoded(secret.data?.['tls.key']) },
      },
    }),
    references: [],
    owner: { object: displayRef(refOf(secret)), at: '' },
  });
});

function decoded(base64: string | undefined): Uint8Array {
  return Buffer.from(base64 ?? '', 'base64');
}
