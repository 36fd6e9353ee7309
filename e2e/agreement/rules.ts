import fc from 'fast-check';
import {
  auth,
  cors,
  fullRewrite,
  mirror,
  mirrorTo,
  modifier,
  ownRedirect,
  redirect,
  responseModifier,
  rewrite,
} from './filters.js';
import { callMatch, match, type Match } from './matches.js';
import { X } from './pools.js';

const backendRef = fc.record({
  name: fc.constantFrom(
    'one',
    'one',
    'one',
    'two',
    'two',
    'safe',
    'safe',
    `${X}one`,
    `${X}missing`,
    'missing',
    'forbidden',
  ),
  weight: fc.constantFrom(1, 1, 1, 3, 0),
  filters: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: modifier.map((filter) => [filter]) },
    { weight: 1, arbitrary: responseModifier.map((filter) => [filter]) },
    { weight: 1, arbitrary: fc.tuple(fullRewrite, modifier, mirror).map((filters) => [...filters]) },
    { weight: 1, arbitrary: auth.map((filter) => [filter]) },
    { weight: 1, arbitrary: fc.tuple(auth, modifier).map((filters) => [...filters]) },
    { weight: 1, arbitrary: fc.tuple(cors, ownRedirect).map((filters) => [...filters]) },
  ),
});

const timeouts = fc.constantFrom(
  undefined,
  undefined,
  { request: '10s' },
  { request: '1m', backendRequest: '8s500ms' },
  { request: '0s' },
);

/** Codes that backends are asked to answer with. */
export const FAILURES = [500, 503, 429] as const;

const retry = fc.option(
  fc.record({
    attempts: fc.constantFrom(0, 1, 1, 2),
    codes: fc.constantFrom<readonly number[]>([], [503], [500, 503], [429, 500, 503]),
    backoff: fc.constant('1ms'),
  }),
  { nil: undefined, freq: 3 },
);

const sessionPersistence = fc.constantFrom(
  undefined,
  undefined,
  { type: 'Cookie', cookie: { name: 's' } },
  { type: 'Cookie', cookie: {} },
  { type: 'Header', header: { name: 'X-Session' } },
);

export interface Rule {
  readonly matches: readonly Match[];
  readonly filters: readonly {
    readonly type: string;
    readonly urlRewrite?: { path?: { type: string } };
    readonly requestRedirect?: { path?: { type: string } | undefined };
  }[];
  readonly backendRefs: readonly { readonly name: string; readonly weight: number }[];
  readonly timeouts: object | undefined;
  readonly retry: object | undefined;
  readonly sessionPersistence: object | undefined;
}

/** A prefix can only be replaced where there is exactly one PathPrefix match: the API refuses the rest. */
const replaceable = (rule: Rule): boolean =>
  rule.filters.every(({ urlRewrite, requestRedirect }) => {
    const modified = urlRewrite?.path ?? requestRedirect?.path;
    return (
      modified?.type !== 'ReplacePrefixMatch' ||
      (rule.matches.length === 1 && rule.matches[0]?.path?.type === 'PathPrefix')
    );
  });

/** Of an HTTPRoute. */
export const rule: fc.Arbitrary<Rule> = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        matches: fc.array(match, { minLength: 1, maxLength: 2 }),
        filters: fc.oneof(
          { weight: 3, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: modifier.map((filter) => [filter]) },
          { weight: 1, arbitrary: rewrite.map((filter) => [filter]) },
          { weight: 1, arbitrary: fc.tuple(modifier, rewrite).map((filters) => [...filters]) },
          { weight: 1, arbitrary: fc.tuple(responseModifier, modifier).map((filters) => [...filters]) },
          { weight: 1, arbitrary: fc.tuple(mirror, mirror, rewrite).map((filters) => [...filters]) },
          { weight: 1, arbitrary: auth.map((filter) => [filter]) },
          { weight: 1, arbitrary: fc.tuple(cors, auth, modifier, mirror).map((filters) => [...filters]) },
          { weight: 2, arbitrary: fc.tuple(cors, responseModifier).map((filters) => [...filters]) },
        ),
        timeouts,
        retry,
        sessionPersistence,
        backendRefs: fc.oneof(
          { weight: 1, arbitrary: fc.constant([]) },
          {
            weight: 9,
            arbitrary: fc.uniqueArray(backendRef, {
              selector: ({ name }) => name,
              minLength: 1,
              maxLength: 2,
            }),
          },
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        matches: fc.array(match, { minLength: 1, maxLength: 1 }),
        filters: fc.oneof(
          { weight: 2, arbitrary: redirect.map((filter) => [filter]) },
          { weight: 1, arbitrary: fc.tuple(redirect, responseModifier).map((filters) => [...filters]) },
          { weight: 1, arbitrary: fc.tuple(redirect, auth).map((filters) => [...filters]) },
          { weight: 1, arbitrary: fc.tuple(redirect, cors).map((filters) => [...filters]) },
        ),
        backendRefs: fc.constant([]),
        timeouts: fc.constant(undefined),
        retry: fc.constant(undefined),
        sessionPersistence: fc.constant(undefined),
      }),
    },
  )
  .filter(replaceable);

const callsBackend = fc.record({
  name: fc.constantFrom('calls', 'calls', `${X}calls`, 'missing', 'forbidden'),
  weight: fc.constantFrom(1, 1, 3, 0),
  filters: fc.oneof(
    fc.constant([]),
    modifier.map((filter) => [filter]),
    responseModifier.map((filter) => [filter]),
  ),
});

/** Of a GRPCRoute; what only HTTPRoutes have is left empty. */
export const callRule: fc.Arbitrary<Rule> = fc.record({
  matches: fc.array(callMatch, { maxLength: 2 }),
  filters: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(responseModifier, modifier, mirrorTo('calls', 'missing'))
        .map((filters) => [...filters]),
    },
  ),
  backendRefs: fc.uniqueArray(callsBackend, { selector: ({ name }) => name, maxLength: 2 }),
  timeouts: fc.constant(undefined),
  retry: fc.constant(undefined),
  sessionPersistence,
});
