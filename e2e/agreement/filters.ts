import fc from 'fast-check';

const headerFilter = fc.record({
  set: fc.constantFrom([], [{ name: 'X-One', value: 'set 100%' }], [{ name: 'x-set', value: 'a' }]),
  add: fc.constantFrom([], [{ name: 'x-two', value: 'added' }]),
  remove: fc.constantFrom([], ['x-three'], ['X-Three']),
});

export const modifier = headerFilter.map((requestHeaderModifier) => ({
  type: 'RequestHeaderModifier',
  requestHeaderModifier,
}));

export const responseModifier = fc
  .record({
    set: fc.constantFrom([], [{ name: 'X-Answer', value: '50%' }]),
    add: fc.constantFrom([], [{ name: 'x-answer', value: 'added' }], [{ name: 'x-more', value: 'a' }]),
    remove: fc.constantFrom([], ['X-ANSWER']),
  })
  .map((responseHeaderModifier) => ({ type: 'ResponseHeaderModifier', responseHeaderModifier }));

const pathModifier = fc.oneof(
  fc.constantFrom('/full', '/').map((replaceFullPath) => ({ type: 'ReplaceFullPath', replaceFullPath })),
  fc
    .constantFrom('/new', '/', '/new/')
    .map((replacePrefixMatch) => ({ type: 'ReplacePrefixMatch', replacePrefixMatch })),
);

export const rewrite = fc
  .record({ hostname: fc.option(fc.constant('inner.test'), { nil: undefined }), path: pathModifier })
  .map((urlRewrite) => ({ type: 'URLRewrite', urlRewrite }));

export const redirect = fc
  .record({
    scheme: fc.constantFrom(undefined, 'http', 'https'),
    hostname: fc.constantFrom(undefined, 'else.test'),
    port: fc.constantFrom(undefined, 80, 443, 8443),
    statusCode: fc.constantFrom(301, 302, 303, 307, 308),
    path: fc.option(pathModifier, { nil: undefined }),
  })
  .map((requestRedirect) => ({ type: 'RequestRedirect', requestRedirect }));

export const mirrorTo = (...names: readonly string[]) =>
  fc
    .record({
      backendRef: fc.constantFrom(...names).map((name) => ({ name, port: 80 })),
      percent: fc.constantFrom(undefined, 0, 50),
    })
    .map((requestMirror) => ({ type: 'RequestMirror', requestMirror }));
export const mirror = mirrorTo('one', 'two', 'missing');

export const cors = fc
  .record({
    allowOrigins: fc.constantFrom([], ['*'], ['https://a.test', 'http://*.b.test'], ['https://*:8443']),
    allowMethods: fc.constantFrom([], ['*'], ['GET', 'PUT']),
    allowHeaders: fc.constantFrom([], ['*'], ['X-One', 'x-two']),
    exposeHeaders: fc.constantFrom([], ['*', 'x-answer']),
    allowCredentials: fc.boolean(),
    maxAge: fc.constantFrom(undefined, 60),
  })
  .map((fields) => ({ type: 'CORS', cors: fields }));

/** Of a backendRef, whatever its rule matches. */
export const fullRewrite = fc.constantFrom(
  { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/own' } } },
  { type: 'URLRewrite', urlRewrite: { hostname: 'own.test' } },
);
export const ownRedirect = fc.constant({
  type: 'RequestRedirect',
  requestRedirect: { scheme: 'https', hostname: 'own.test', statusCode: 308 },
});

const server = (name: string) => ({ name, port: 80 });

/** By the name of the server; `missing` is none. */
const AUTH = {
  web: {
    protocol: 'HTTP',
    backendRef: server('web'),
    http: { allowedHeaders: ['X-Deny'], allowedResponseHeaders: ['x-web'] },
  },
  guard: { protocol: 'GRPC', backendRef: server('guard'), grpc: {} },
  missing: { protocol: 'HTTP', backendRef: server('missing'), http: {} },
} as const;

const authBy = (name: keyof typeof AUTH) => ({ type: 'ExternalAuth', externalAuth: AUTH[name] });

export const auth = fc.constantFrom<keyof typeof AUTH>('web', 'web', 'guard', 'guard', 'missing').map(authBy);

/** Of a listener, in their order; mostly none. */
export const listenerFilters = fc
  .constantFrom<readonly (keyof typeof AUTH)[]>([], [], [], [], ['web'], ['guard', 'web'], ['web', 'missing'])
  .map((names) => names.map(authBy));
