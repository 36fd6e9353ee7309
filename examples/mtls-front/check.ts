import type { Example } from '../expectation.ts';

const shop = { port: 8443, host: 'shop.example', tls: true };
const partners = { ...shop, port: 9443 };
const alice = { name: 'alice', of: 'clients-ca' };
const partner = { name: 'partner', of: 'partners' };

export const example: Example = {
  gateway: 'shop',
  certificates: {
    secrets: { 'shop-tls': 'shop.example' },
    clients: { 'clients-ca': 'ConfigMap', partners: 'ClusterTrustBundle' },
  },
  steps: [
    {
      what: 'a client of the shop is let in, and the backend is told who it is',
      request: { ...shop, client: alice },
      answer: { status: 200, backend: 'shop', received: { 'x-forwarded-client-cert': 'DNS=alice' } },
    },
    {
      what: 'what a client says of itself is not believed',
      request: { ...shop, client: alice, headers: { 'x-forwarded-client-cert': 'DNS=mallory' } },
      answer: { status: 200, received: { 'x-forwarded-client-cert': 'DNS=alice' } },
    },
    { what: 'who shows no certificate is refused', request: shop, answer: { refused: true } },
    { what: 'a partner is refused here', request: { ...shop, client: partner }, answer: { refused: true } },
    {
      what: 'and let in on the port of the partners',
      request: { ...partners, client: partner },
      answer: { status: 200, received: { 'x-forwarded-client-cert': 'DNS=partner' } },
    },
    {
      what: 'a client of the shop is refused there',
      request: { ...partners, client: alice },
      answer: { refused: true },
    },
    { what: 'and who shows no certificate too', request: partners, answer: { refused: true } },
  ],
};
