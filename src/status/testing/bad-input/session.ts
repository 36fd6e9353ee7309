import type { BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';

const session = (fields: string): BadInput['yaml'] =>
  httpRoute(`  - { sessionPersistence: { ${fields} }, backendRefs: [{ name: good, port: 80 }] }`);

const UNSUPPORTED = { says: ['HTTPRoute Accepted False UnsupportedValue'], meets: '500' };

export const SESSIONS: readonly BadInput[] = [
  {
    is: 'with sessions by header that end after a while',
    yaml: session('type: Header, header: { name: x-session }, absoluteTimeout: 1h'),
    expected: UNSUPPORTED,
  },
  {
    is: 'with sessions that end at once',
    yaml: session('type: Cookie, cookie: {}, absoluteTimeout: 0s'),
    expected: UNSUPPORTED,
  },
  {
    is: 'with sessions by a header that has a meaning of its own',
    yaml: session('type: Header, header: { name: Host }'),
    expected: UNSUPPORTED,
  },
  {
    is: 'with a cookie whose path is none',
    yaml: session('type: Cookie, cookie: { path: a }'),
    expected: UNSUPPORTED,
  },
  {
    is: 'with a cookie whose path would end it',
    yaml: session('type: Cookie, cookie: { path: "/a; Domain=test" }'),
    expected: UNSUPPORTED,
  },
  {
    is: 'with a permanent cookie without an end',
    yaml: session('type: Cookie, cookie: { lifetimeType: Permanent }'),
    expected: { refused: 'AbsoluteTimeout must be specified' },
  },
  {
    is: 'with a cookie whose name is none',
    yaml: session('type: Cookie, cookie: { name: "a b" }'),
    expected: { refused: 'cookie.name' },
  },
  {
    is: 'with sessions by header that name no header',
    yaml: session('type: Header'),
    expected: { refused: 'sessionPersistence' },
  },
  {
    is: 'with sessions of an unknown type',
    yaml: session('type: Odd'),
    expected: { refused: 'sessionPersistence.type' },
  },
];
