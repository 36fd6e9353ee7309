import type { Example } from '../expectation.ts';

const ledger = { port: 5000, host: 'ledger' };

export const example: Example = {
  gateway: 'ledger',
  steps: [
    {
      what: 'three connections of four reach the server of today',
      request: ledger,
      answer: { status: 200 },
      times: 200,
      shares: { ledger: 75, 'ledger-next': 25 },
    },
    { what: 'an edit of the weights', edit: { file: 'routes.yaml', from: 'weight: 3', to: 'weight: 0' } },
    {
      what: 'new connections reach the next one',
      request: ledger,
      answer: { status: 200, backend: 'ledger-next' },
      times: 20,
    },
    {
      what: 'a route whose server is gone',
      edit: { file: 'routes.yaml', from: 'name: ledger-next', to: 'name: gone' },
    },
    { what: 'refuses connections', request: ledger, answer: { refused: true } },
    {
      what: 'and says why',
      status: { kind: 'TCPRoute', name: 'ledger', condition: 'ResolvedRefs', reason: 'BackendNotFound' },
    },
  ],
};
