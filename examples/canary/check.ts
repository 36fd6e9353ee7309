import type { Example } from '../expectation.ts';

const shop = { port: 8080, host: 'shop.example' };

export const example: Example = {
  gateway: 'shop',
  certificates: { secrets: { 'shop-tls': 'shop.example', 'admin-tls': 'admin.shop.example' } },
  steps: [
    {
      what: 'one request of ten reaches the canary',
      request: shop,
      answer: { status: 200 },
      times: 400,
      shares: { 'shop-stable': 90, 'shop-canary': 10 },
    },
    { what: 'an edit of the weights', edit: { file: 'routes.yaml', from: 'weight: 90', to: 'weight: 0' } },
    {
      what: 'everybody reaches the canary',
      request: shop,
      answer: { status: 200, backend: 'shop-canary' },
      times: 50,
    },
    {
      what: 'a backend of another namespace that a grant gives is reached',
      request: { ...shop, path: '/invoices' },
      answer: { backend: 'invoices' },
    },
    {
      what: 'one that no grant gives is not',
      request: { ...shop, path: '/payroll' },
      answer: { status: 500 },
      seen: { payroll: 0 },
    },
    {
      what: 'the admin site is on HTTPS alone',
      request: { port: 8443, host: 'admin.shop.example', tls: true },
      answer: { backend: 'admin', headers: { 'cache-control': 'no-store' } },
    },
  ],
};
