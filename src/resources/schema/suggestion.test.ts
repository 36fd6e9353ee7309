import { describe, expect, it } from '@jest/globals';
import { suggestion } from './suggestion.js';

describe('a suggestion for a misspelt word', () => {
  it.each([
    ['backendRef', 'backendRefs'],
    ['backendrefs', 'backendRefs'],
    ['hostname', 'hostnames'],
    ['matchse', 'matches'],
    ['parentrefs', 'parentRefs'],
  ])('for %s is %s', (word, meant) => {
    expect(suggestion(word, ['parentRefs', 'hostnames', 'matches', 'backendRefs'])).toBe(meant);
  });

  it('is none when nothing is near', () => {
    expect(suggestion('colour', ['parentRefs', 'matches'])).toBeUndefined();
    expect(suggestion('x', ['port'])).toBeUndefined();
  });
});
