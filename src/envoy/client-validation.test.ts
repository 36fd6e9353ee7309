import { describe, expect, it } from '@jest/globals';
import type { ClientValidation } from '../routing/index.js';
import { buildResource, buildSection } from '../xds/index.js';
import { resourceJson } from './config-dump.js';
import { listenerResource } from './listener.js';
import { certificate, fleet, httpsListener, httpsPort } from './testing/fleets.js';

const pem = { certificate: 'certificate', key: 'key' };

function listenerOf(clients: ClientValidation | undefined) {
  const https = httpsListener('shop', 'shop.test', [certificate('c', pem)], clients);
  const port = httpsPort([[https, []]]);
  return listenerResource(fleet([port]), port);
}

const chainOf = (clients: ClientValidation | undefined): unknown => {
  const json: unknown = resourceJson(listenerOf(clients));
  return json;
};

describe('a filter chain', () => {
  it('that verifies clients requires a certificate, has its CAs by SDS, and tells backends who came', () => {
    const clients: ClientValidation = { ca: 'ca/shop/clients', mode: 'AllowValidOnly' };
    expect(chainOf(clients)).toMatchObject({
      filterChains: [
        {
          transportSocket: {
            typedConfig: {
              requireClientCertificate: true,
              commonTlsContext: {
                combinedValidationContext: {
                  defaultValidationContext: {},
                  validationContextSdsSecretConfig: { name: 'ca/shop/clients' },
                },
              },
            },
          },
          filters: [
            {
              typedConfig: {
                forwardClientCertDetails: 'SANITIZE_SET',
                setCurrentClientCertDetails: { subject: true, uri: true, dns: true },
              },
            },
          ],
        },
      ],
    });
    const [, chain] = listenerOf(clients).sections[0]?.parts ?? [];
    expect(chain?.references).toContainEqual({ type: 'secret', name: 'ca/shop/clients' });
    expect(chain?.permits).toEqual(['clients 443 AllowValidOnly ca/shop/clients']);
  });

  it('with a fallback asks for a certificate and takes any, and vouches for nobody', () => {
    const text = JSON.stringify(chainOf({ ca: 'ca/shop/clients', mode: 'AllowInsecureFallback' }));
    expect(text).toContain('"requireClientCertificate":false');
    expect(text).toContain('"trustChainVerification":"ACCEPT_UNTRUSTED"');
    expect(text).not.toContain('forwardClientCertDetails');
  });

  it('that asks nothing of clients has none of it', () => {
    expect(JSON.stringify(chainOf(undefined))).not.toMatch(/[vV]alidationContext|ClientCert/);
  });

  it('that is to refuse clients has no filters, for the same server names', () => {
    const [head, chain] = listenerOf(undefined).sections[0]?.parts ?? [];
    const closed = chain?.withoutPermits?.(new Set(chain.permits));
    if (head === undefined || chain === undefined || closed === undefined) throw new Error('no chain');
    const section = buildSection({ key: 'listener', parts: [head, closed] });
    const refusing = buildResource({ type: 'listener', name: 'l', sections: [section] });
    expect((resourceJson(refusing) as { filterChains: unknown }).filterChains).toEqual([
      { name: chain.key, filterChainMatch: { serverNames: ['shop.test'] } },
    ]);
  });
});
