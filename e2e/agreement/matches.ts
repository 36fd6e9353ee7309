import fc from 'fast-check';
import { exacts, headerNames, methods, mostly, prefixes, regexes, values } from './pools.js';

const exactOrRegex = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...values).map((value) => ({ type: 'Exact', value })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('[0-9]+', 're.', '(?i)RED')
      .map((value) => ({ type: 'RegularExpression', value })),
  },
);

/** What a header or query parameter has to be. */
export interface Named {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

const named = (names: readonly string[]) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), exactOrRegex), {
      selector: ([name]) => name.toLowerCase(),
      minLength: 1,
      maxLength: 2,
    })
    .map((list) => list.map(([name, match]) => ({ name, ...match })));

const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('/', '/a').map((value) => ({ type: 'PathPrefix', value })) },
  { weight: 4, arbitrary: fc.constantFrom(...prefixes).map((value) => ({ type: 'PathPrefix', value })) },
  { weight: 3, arbitrary: fc.constantFrom(...exacts).map((value) => ({ type: 'Exact', value })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...regexes).map((value) => ({ type: 'RegularExpression', value })),
  },
);

/** Of an HTTPRoute. */
export const match = fc.record({
  path,
  method: mostly<string | undefined>(undefined, fc.constantFrom(...methods)),
  headers: mostly<readonly Named[]>([], named(headerNames)),
  queryParams: mostly<readonly Named[]>([], named(['k'])),
});

/** Of an HTTPRoute, or of a GRPCRoute. */
export interface Match {
  readonly path?: { readonly type: string; readonly value: string };
  readonly method?:
    | string
    | { readonly type?: string; readonly service?: string | undefined; readonly method?: string }
    | undefined;
  readonly headers?: readonly Named[];
  readonly queryParams?: readonly Named[];
}

const callMethod = fc.oneof(
  fc.constantFrom(
    { service: 'a' },
    { service: 'a', method: 'b' },
    { method: 'b' },
    { service: 'api', method: 'v1' },
  ),
  fc
    .record({
      service: fc.constantFrom(undefined, 'a.*', '[a-c]', '(?i)API'),
      method: fc.constantFrom('b|v1', '^[a-z].*$', '(?i)B'),
    })
    .map((names) => ({ type: 'RegularExpression', ...names })),
);

/** Of a GRPCRoute. */
export const callMatch = fc.record(
  { method: callMethod, headers: mostly<readonly Named[]>([], named(headerNames)) },
  { requiredKeys: ['headers'] },
);
