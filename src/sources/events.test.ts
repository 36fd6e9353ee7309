import { describe, expect, it } from '@jest/globals';
import { diffDiagnostics, displayDiagnostic, type Diagnostic } from './events.js';

const fault: Diagnostic = {
  file: 'a.yaml',
  line: 3,
  column: 7,
  object: 'HTTPRoute default/a',
  path: 'spec.rules',
  message: 'too many',
  rule: 'items',
  severity: 'error',
};

describe('diagnostics', () => {
  it('are new or fixed by what they say, not by their line', () => {
    expect(diffDiagnostics([fault], [{ ...fault, line: 9 }])).toEqual({ added: [], fixed: [] });
    const other = { ...fault, message: 'too few' };
    expect(diffDiagnostics([fault], [other])).toEqual({ added: [other], fixed: [fault] });
  });

  it('that say the same are counted', () => {
    const second = { ...fault, line: 9 };
    expect(diffDiagnostics([fault], [fault, second])).toEqual({ added: [second], fixed: [] });
  });

  it('are shown as a link, without what is not known', () => {
    expect(displayDiagnostic(fault)).toBe('a.yaml:3:7: error: HTTPRoute default/a: spec.rules: too many');
    expect(displayDiagnostic({ ...fault, object: '', path: '' })).toBe('a.yaml:3:7: error: too many');
  });
});
