import type { Example } from '../expectation.ts';

const plain = (host: string) => ({ port: 8080, host });

export const example: Example = {
  gateway: 'edge',
  certificates: { secrets: { 'shop/shop-tls': 'shop.example' } },
  steps: [
    {
      what: 'the platform serves www',
      request: plain('www.example'),
      answer: { status: 200, backend: 'landing' },
    },
    {
      what: 'the shop its own host',
      request: plain('shop.example'),
      answer: { status: 200, backend: 'shop' },
    },
    {
      what: 'also over HTTPS, with a certificate of its namespace',
      request: { port: 8443, host: 'shop.example', tls: true },
      answer: { status: 200, backend: 'shop', certificate: 'shop.example' },
    },
    { what: 'the blog its own', request: plain('blog.example'), answer: { status: 200, backend: 'blog' } },
    {
      what: 'nobody the host of who was not let in',
      request: plain('sandbox.example'),
      answer: { status: 404 },
    },
    {
      what: 'who is told so',
      status: { kind: 'ListenerSet', name: 'sandbox', condition: 'Accepted', reason: 'NotAllowed' },
    },
    {
      what: 'the blog is told that a host is taken',
      status: {
        kind: 'ListenerSet',
        name: 'blog',
        listener: 'too-late',
        condition: 'Conflicted',
        reason: 'HostnameConflict',
      },
    },
    {
      what: 'and the set itself is accepted for the rest',
      status: { kind: 'ListenerSet', name: 'blog', condition: 'Accepted', reason: 'ListenersNotValid' },
    },
  ],
};
