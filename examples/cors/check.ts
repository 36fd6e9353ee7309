import type { Example } from '../expectation.ts';

const api = { port: 8080, host: 'api.shop.example' };
const preflight = {
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'content-type',
};

export const example: Example = {
  gateway: 'shop',
  steps: [
    {
      what: 'a preflight of the shop is answered without the backend',
      request: { ...api, method: 'OPTIONS', headers: { origin: 'https://shop.example', ...preflight } },
      answer: {
        status: 200,
        headers: {
          'access-control-allow-origin': 'https://shop.example',
          'access-control-allow-credentials': 'true',
          'access-control-max-age': '3600',
        },
      },
      seen: { api: 0 },
    },
    {
      what: 'a request of a page of the shop may be read',
      request: { ...api, headers: { origin: 'https://www.shop.example' } },
      answer: {
        backend: 'api',
        headers: {
          'access-control-allow-origin': 'https://www.shop.example',
          'access-control-expose-headers': 'x-cart',
        },
      },
    },
    {
      what: 'a preflight of another page is refused',
      request: { ...api, method: 'OPTIONS', headers: { origin: 'https://evil.example', ...preflight } },
      answer: { status: 403, headers: { 'access-control-allow-origin': undefined } },
      seen: { api: 0 },
    },
    {
      what: 'the answer to another page says nothing of CORS, so that no browser shows it',
      request: { ...api, headers: { origin: 'https://evil.example' } },
      answer: { backend: 'api', headers: { 'access-control-allow-origin': undefined } },
    },
  ],
};
