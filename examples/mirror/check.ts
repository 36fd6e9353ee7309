import type { Example } from '../expectation.ts';

const shop = { port: 8080, host: 'shop.example' };

export const example: Example = {
  gateway: 'shop',
  steps: [
    { what: 'the stable version answers', request: shop, answer: { status: 200, backend: 'stable' } },
    {
      what: 'the next version sees a copy of each request',
      request: { ...shop, path: '/cups?size=2' },
      answer: { backend: 'stable' },
      times: 50,
      seen: { stable: 50, next: 50 },
    },
    {
      what: 'and none of an order',
      request: { ...shop, path: '/checkout', method: 'POST' },
      answer: { backend: 'stable' },
      times: 10,
      seen: { stable: 10, next: 0 },
    },
  ],
};
