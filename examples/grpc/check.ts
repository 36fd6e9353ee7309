import type { Example } from '../expectation.ts';

const shop = { port: 8080, host: 'shop.example', call: true };

export const example: Example = {
  gateway: 'shop',
  steps: [
    {
      what: 'every method of shop.Cart goes to the carts',
      request: { ...shop, path: '/shop.Cart/Add' },
      answer: { grpcStatus: 'OK', backend: 'carts', path: '/shop.Cart/Add' },
    },
    {
      what: 'shop.Orders/Place goes to the orders',
      request: { ...shop, path: '/shop.Orders/Place' },
      answer: { grpcStatus: 'OK', backend: 'orders' },
    },
    {
      what: 'with metadata x-canary: always it goes to their canary',
      request: { ...shop, path: '/shop.Orders/Place', headers: { 'x-canary': 'always' } },
      answer: { grpcStatus: 'OK', backend: 'orders-canary' },
    },
    {
      what: 'another method of shop.Orders is not implemented',
      request: { ...shop, path: '/shop.Orders/Cancel' },
      answer: { grpcStatus: 'UNIMPLEMENTED' },
    },
  ],
};
