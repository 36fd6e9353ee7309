import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareSpecificity,
  coveringDomains,
  covers,
  EVERY_HOST,
  intersect,
  type Domain,
} from './hostnames.js';

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

  it('is associative and idempotent, and every host is its neutral element', () => {
    const meet = (a: Domain | undefined, b: Domain | undefined): Domain | undefined =>
      a === undefined || b === undefined ? undefined : intersect(a, b);
    fc.assert(
      fc.property(domain, domain, domain, (a, b, c) => {
        expect(meet(meet(a, b), c)).toBe(meet(a, meet(b, c)));
        expect(intersect(a, a)).toBe(a);
        expect(intersect(a, EVERY_HOST)).toBe(a);
      }),
    );
  });

  it('is the wider of what both cover', () => {
    fc.assert(
      fc.property(domain, domain, domain, (a, b, c) => {
        const both = intersect(a, b);
        expect(both !== undefined && covers(both, c)).toBe(covers(a, c) && covers(b, c));
      }),
    );
  });
});

describe('coverage of domains', () => {
  it('is a partial order, which specificity follows', () => {
    fc.assert(
      fc.property(domain, domain, domain, (a, b, c) => {
        expect(covers(a, a)).toBe(true);
        if (covers(a, b) && covers(b, a)) expect(a).toBe(b);
        if (covers(a, b) && covers(b, c)) expect(covers(a, c)).toBe(true);
        if (covers(a, b) && a !== b) expect(compareSpecificity(b, a)).toBeLessThan(0);
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
