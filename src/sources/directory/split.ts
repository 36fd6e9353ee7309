/** The text of one document of a YAML stream and where it starts. */
export interface DocumentText {
  readonly text: string;
  /** Line of the text's first character in its file, counted from 1. A text always starts at the beginning of a line. */
  readonly firstLine: number;
}

/**
 * Cuts a YAML stream into its documents by text alone, so that each can be hashed before anything is parsed.
 *
 * `---` and `...` at the start of a line, followed by white space or the line's end, are markers wherever they stand – in a
 * block scalar or a quoted string too (YAML 1.2 section 9.1.2 forbids them there) – so that no context is needed. A bare `---`
 * line and the comments and blank lines before the first content belong to no document, which keeps a document's text equal when
 * it moves. Directives (`%YAML`) stay with the document they announce. JSON is one document.
 */
export function splitDocuments(stream: string): DocumentText[] {
  const documents: DocumentText[] = [];
  let start = -1; // offset of the document being collected, -1 before its first content
  let startLine = 0;
  let onlyDirectives = false;
  const begin = (offset: number, line: number): void => {
    start = offset;
    startLine = line;
  };
  const finish = (end: number): void => {
    if (start >= 0) documents.push({ text: stream.slice(start, end), firstLine: startLine });
    start = -1;
    onlyDirectives = false;
  };

  let line = 0;
  for (let offset = 0; offset < stream.length;) {
    line += 1;
    const newline = stream.indexOf('\n', offset);
    const next = newline < 0 ? stream.length : newline + 1;
    switch (marker(stream, offset)) {
      case '---':
        if (onlyDirectives) onlyDirectives = false;
        else {
          finish(offset);
          if (hasContent(stream, offset + 3, next)) begin(offset, line);
        }
        break;
      case '...':
        finish(offset);
        break;
      case undefined:
        if (start < 0 && hasContent(stream, offset, next)) {
          begin(offset, line);
          onlyDirectives = stream[offset] === '%';
        } else if (onlyDirectives && stream[offset] !== '%' && hasContent(stream, offset, next)) {
          onlyDirectives = false;
        }
    }
    offset = next;
  }
  finish(stream.length);
  return documents;
}

function marker(stream: string, offset: number): '---' | '...' | undefined {
  const found = stream.startsWith('---', offset)
    ? '---'
    : stream.startsWith('...', offset)
      ? '...'
      : undefined;
  const after = stream[offset + 3];
  return after === undefined || after === ' ' || after === '\t' || after === '\r' || after === '\n'
    ? found
    : undefined;
}

/** Whether a line holds anything but white space and a comment. */
function hasContent(stream: string, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) {
    const c = stream[i];
    if (c !== ' ' && c !== '\t' && c !== '\r' && c !== '\n') return c !== '#';
  }
  return false;
}
