import type { Example } from '../expectation.ts';

const shop = { port: 8080, host: 'shop.example' };

export const example: Example = {
  gateway: 'shop',
  steps: [
    { what: 'everybody gets blue', request: shop, answer: { status: 200, backend: 'blue' }, times: 20 },
    {
      what: 'green can be looked at under its own name',
      request: { ...shop, host: 'preview.shop.example' },
      answer: { backend: 'green' },
    },
    { what: 'the switch', edit: { file: 'routes.yaml', from: 'name: blue', to: 'name: green' } },
    { what: 'everybody gets green', request: shop, answer: { status: 200, backend: 'green' }, times: 20 },
    { what: 'the switch back', edit: { file: 'routes.yaml', from: 'name: green', to: 'name: blue' } },
    { what: 'everybody gets blue again', request: shop, answer: { status: 200, backend: 'blue' }, times: 20 },
  ],
};
