import type { Example } from '../expectation.ts';

const shop = { port: 8080, host: 'shop.example' };
const orders = { ...shop, path: '/orders/7' };

export const example: Example = {
  gateway: 'shop',
  steps: [
    {
      what: 'everybody may look, and nobody is asked',
      request: shop,
      answer: { status: 200, backend: 'shop' },
      seen: { auth: 0 },
    },
    {
      what: 'who is known may order, and the shop is told who it is',
      request: { ...orders, headers: { authorization: 'Bearer alice-token' } },
      answer: { status: 200, backend: 'shop', received: { 'x-user': 'alice' } },
      seen: { auth: 1, shop: 1 },
    },
    {
      what: 'what a client says of itself is not believed',
      request: { ...orders, headers: { authorization: 'Bearer bob-token', 'x-user': 'alice' } },
      answer: { status: 200, received: { 'x-user': 'bob' } },
    },
    {
      what: 'anybody else has the answer of the auth server, and the shop sees nothing',
      request: { ...orders, headers: { authorization: 'Bearer mallory', 'x-user': 'alice' } },
      answer: { status: 401, headers: { 'www-authenticate': 'Bearer' } },
      seen: { auth: 1, shop: 0 },
    },
    { what: 'the auth server is gone', edit: { file: 'routes.yaml', from: 'name: auth', to: 'name: gone' } },
    {
      what: 'nobody orders any more',
      request: { ...orders, headers: { authorization: 'Bearer alice-token' } },
      answer: { status: 500 },
      seen: { shop: 0 },
    },
    {
      what: 'and the route says why',
      status: { kind: 'HTTPRoute', name: 'shop', condition: 'ResolvedRefs', reason: 'BackendNotFound' },
    },
    { what: 'everybody may still look', request: shop, answer: { status: 200, backend: 'shop' } },
  ],
};
