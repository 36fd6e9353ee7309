import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { infraName, labelsOf, labelValue } from './names.js';

const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
/** Names of Gateways: subdomains of up to 253 characters. */
const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) =>
  parts
    .join('.')
    .slice(0, 253)
    .replace(/[-.]+$/, ''),
);

describe('the name of what is made for a Gateway', () => {
  it('is that of the Gateway and its class', () => {
    expect(infraName('edge', 'windlass')).toBe('edge-windlass');
    expect(infraName('edge', 'windlass', '-a1')).toBe('edge-windlass-a1');
  });

  it('is one that a Service may have, and another for every other Gateway', () => {
    fc.assert(
      fc.property(name, name, fc.constantFrom('', '-a1b2c3'), (a, b, suffix) => {
        const made = infraName(a, 'windlass', suffix);
        expect(made).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
        expect(made === infraName(b, 'windlass', suffix)).toBe(a === b);
      }),
    );
  });

  it('differs for Gateways that differ only after 60 characters', () => {
    const long = 'a'.repeat(61);
    expect(infraName(`${long}1`, 'windlass')).not.toBe(infraName(`${long}2`, 'windlass'));
    expect(infraName(`${long}1`, 'windlass')).toHaveLength(63);
  });

  it('does not depend on dots being dashes', () => {
    expect(infraName('a.b', 'windlass')).not.toBe(infraName('a-b', 'windlass'));
  });
});

describe('labels', () => {
  it('have values that labels may have, and tell Gateways apart', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        for (const value of Object.values(labelsOf(a, b)))
          expect(value).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
        expect(labelValue(a) === labelValue(b)).toBe(a === b);
      }),
    );
  });
});
