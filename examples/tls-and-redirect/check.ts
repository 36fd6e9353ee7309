import type { Example } from '../expectation.ts';

const http = { port: 8080, host: 'shop.example' };
const https = { port: 8443, host: 'shop.example', tls: true };

export const example: Example = {
  gateway: 'shop',
  certificates: { secrets: { 'shop-tls': 'shop.example' } },
  steps: [
    {
      what: 'plain HTTP is sent to HTTPS, with path and query',
      request: { ...http, path: '/cups?size=2' },
      answer: { status: 301, headers: { location: 'https://shop.example:8443/cups?size=2' } },
    },
    {
      what: 'HTTPS is served, and tells browsers to stay there',
      request: { ...https, path: '/cups' },
      answer: {
        status: 200,
        backend: 'shop',
        headers: { 'strict-transport-security': 'max-age=31536000' },
      },
    },
  ],
};
