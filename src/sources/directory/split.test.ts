import { describe, expect, it } from '@jest/globals';
import { splitDocuments } from './split.js';

describe('splitting a YAML stream into documents', () => {
  it('cuts at --- lines and says on which line each document starts', () => {
    expect(splitDocuments('a: 1\n---\nb: 2\n---\nc: 3')).toEqual([
      { text: 'a: 1\n', firstLine: 1 },
      { text: 'b: 2\n', firstLine: 3 },
      { text: 'c: 3', firstLine: 5 },
    ]);
  });

  it('gives a document the same text wherever it stands', () => {
    const [alone] = splitDocuments('a: 1\n');
    const [, behind] = splitDocuments('x: 1\n---\n# about a\n\na: 1\n---\ny: 1\n');
    expect(behind?.text).toBe(alone?.text);
    expect(behind?.firstLine).toBe(5);
  });

  it('holds no document for comments, blank lines and empty documents', () => {
    expect(splitDocuments('# licence\n\n---\n---\n# nothing\n---\n')).toEqual([]);
    expect(splitDocuments('')).toEqual([]);
  });

  it('keeps --- that is indented, inside a word, or part of a longer line of dashes', () => {
    const text = 'a: |\n  ---\n  x\nb: a---b\n----: 1\n';
    expect(splitDocuments(text)).toEqual([{ text, firstLine: 1 }]);
  });

  it('cuts at --- at the start of a line even in a block scalar, as YAML and kubectl do', () => {
    expect(splitDocuments('a: |\n---\nb: 1\n').map(({ text }) => text)).toEqual(['a: |\n', 'b: 1\n']);
  });

  it('keeps content that follows --- on its line', () => {
    expect(splitDocuments('a: 1\n--- {b: 2}\n').map(({ text }) => text)).toEqual(['a: 1\n', '--- {b: 2}\n']);
    expect(splitDocuments('--- # first\na: 1\n')).toEqual([{ text: 'a: 1\n', firstLine: 2 }]);
  });

  it('ends a document at ... and keeps directives with the document they announce', () => {
    expect(splitDocuments('a: 1\n...\n%YAML 1.1\n---\nb: 2\n')).toEqual([
      { text: 'a: 1\n', firstLine: 1 },
      { text: '%YAML 1.1\n---\nb: 2\n', firstLine: 3 },
    ]);
  });

  it('understands CRLF line ends', () => {
    expect(splitDocuments('a: 1\r\n---\r\nb: 2\r\n')).toEqual([
      { text: 'a: 1\r\n', firstLine: 1 },
      { text: 'b: 2\r\n', firstLine: 3 },
    ]);
  });

  it('takes JSON as one document', () => {
    const text = '{\n\t"a": 1\n}\n';
    expect(splitDocuments(text)).toEqual([{ text, firstLine: 1 }]);
  });
});
