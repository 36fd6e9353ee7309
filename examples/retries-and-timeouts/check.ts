import type { Example } from '../expectation.ts';

const shop = { port: 8080, host: 'shop.example' };

export const example: Example = {
  gateway: 'shop',
  steps: [
    { what: 'all is well', request: shop, answer: { status: 200, backend: 'shop' } },
    {
      what: 'two failures are not seen by the client',
      request: { ...shop, headers: { 'x-fail-first': '2' } },
      answer: { status: 200, backend: 'shop' },
      seen: { shop: 3 },
    },
    {
      what: 'the third one is',
      request: { ...shop, headers: { 'x-fail-first': '3' } },
      answer: { status: 503 },
      seen: { shop: 3 },
    },
    {
      what: 'an order is never sent twice',
      request: { ...shop, method: 'POST', headers: { 'x-fail-first': '1' } },
      answer: { status: 503 },
      seen: { shop: 1 },
    },
    {
      what: 'an order that takes too long is 504',
      request: { ...shop, method: 'POST', path: '/?delay=1500' },
      answer: { status: 504 },
    },
  ],
};
