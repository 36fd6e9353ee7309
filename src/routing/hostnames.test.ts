import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareSpecificity, coveringDomains, covers, intersect } from './hostnames.js';

const label = fc.constantFrom('a', 'b', 'c');
const exact = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => [...labels, 'test'].join('.'));
const domain = fc.oneof(
  exact,
  exact.map((host) => `*.${host}`),
  fc.constant('*'),
);

describe('host intersection', () => {
  it('is commutative, and takes exactly the hosts that both take', () => {
    fc.assert(
      fc.property(domain, domain, exact, (a, b, host) => {
        const both = intersect(a, b);
        expect(intersect(b, a)).toBe(both);
        expect(both !== undefined && covers(both, host)).toBe(covers(a, host) && covers(b, host));
      }),
    );
  });

  it('the domains that cover a host are those that are listed for it, most specific first', () => {
    fc.assert(
      fc.property(exact, domain, (host, wide) => {
        const listed = coveringDomains(host);
        expect(listed.includes(wide)).toBe(covers(wide, host));
        expect(listed.toSorted(compareSpecificity)).toEqual(listed);
      }),
    );
  });
});
