import type { Example } from '../expectation.ts';

const shop = { port: 8080, host: 'shop.example' };

export const example: Example = {
  gateway: 'shop',
  steps: [
    { what: 'everybody reaches the stable version', request: shop, answer: { backend: 'stable' }, times: 20 },
    {
      what: 'x-canary: always reaches the canary',
      request: { ...shop, headers: { 'X-Canary': 'always' } },
      answer: { backend: 'canary' },
      times: 20,
    },
    {
      what: 'a cookie among others reaches it as well',
      request: { ...shop, headers: { cookie: 'a=b; canary=always; c=d' } },
      answer: { backend: 'canary' },
    },
    {
      what: 'another value does not',
      request: { ...shop, headers: { 'x-canary': 'sometimes' } },
      answer: { backend: 'stable' },
    },
  ],
};
