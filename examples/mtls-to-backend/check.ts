import type { Example } from '../expectation.ts';

const shop = { port: 8080, host: 'shop.example' };

export const example: Example = {
  gateway: 'shop',
  certificates: {
    authority: 'internal-ca',
    secrets: { 'gateway-tls': 'gateway.internal' },
    backends: {
      bank: { host: 'bank.internal', asksClients: true },
      stranger: { host: 'stranger.internal' },
    },
  },
  steps: [
    {
      what: 'the bank is reached over TLS, both sides verified',
      request: { ...shop, path: '/pay/1' },
      answer: { status: 200, backend: 'bank', path: '/pay/1' },
    },
    {
      what: 'who has no certificate for bank.internal gets nothing',
      request: { ...shop, path: '/stranger' },
      answer: { status: 503 },
      seen: { stranger: 0 },
    },
    { what: 'the rest is plain HTTP', request: shop, answer: { status: 200, backend: 'blog' } },
  ],
};
