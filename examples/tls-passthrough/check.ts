import type { Example } from '../expectation.ts';

const tls = { port: 8443, tls: true };

export const example: Example = {
  gateway: 'edge',
  certificates: { backends: { mail: { host: 'mail.example' }, chat: { host: 'a.chat.example' } } },
  steps: [
    {
      what: 'mail.example is answered by its server, with its own certificate',
      request: { ...tls, host: 'mail.example' },
      answer: { status: 200, backend: 'mail', certificate: 'mail.example' },
    },
    {
      what: 'a host below chat.example by the other',
      request: { ...tls, host: 'a.chat.example' },
      answer: { status: 200, backend: 'chat', certificate: 'a.chat.example' },
    },
    {
      what: 'chat.example itself is reset',
      request: { ...tls, host: 'chat.example' },
      answer: { refused: true },
    },
    { what: 'any other name too', request: { ...tls, host: 'stranger.example' }, answer: { refused: true } },
    { what: 'and what is no TLS', request: { port: 8443, host: 'mail.example' }, answer: { refused: true } },
  ],
};
