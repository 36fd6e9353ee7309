// What Envoy takes as a header's name and value. Source: RFC 9110 section 5; Envoy `HeaderUtility`, `validate.rules` of HeaderValue.

const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
const FORBIDDEN_IN_VALUE = /[\0\r\n]/;

/** Why no request can carry such a header; undefined: it can. */
export function headerNameFault(name: string): string | undefined {
  return TOKEN.test(name) ? undefined : `${JSON.stringify(name)} is not a header name`;
}

/** Why Envoy does not let the header be modified; undefined: it does. */
export function modifiableHeaderFault(name: string): string | undefined {
  if (name.toLowerCase() === 'host')
    return 'the Host header cannot be modified by a header filter: use URLRewrite.hostname';
  return headerNameFault(name);
}

export function headerValueFault(value: string): string | undefined {
  return FORBIDDEN_IN_VALUE.test(value) ? 'a header value cannot hold NUL, CR or LF' : undefined;
}

/** Header names are compared without case; of equal ones only the first counts (Gateway API, HTTPHeaderMatch.name). */
export function firstOfEachName<T extends { readonly name: string }>(
  entries: readonly T[],
  fold: (name: string) => string,
): readonly T[] {
  const seen = new Set<string>();
  return entries.filter(({ name }) => {
    const key = fold(name);
    return !seen.has(key) && Boolean(seen.add(key));
  });
}
