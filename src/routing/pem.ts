/** One block of a PEM text (RFC 7468), with its own lines. */
export interface PemBlock {
  readonly label: string;
  readonly text: string;
}

/**
 * The blocks of a text, as Envoy's BoringSSL reads them: a block begins on a line of its own, text between blocks means nothing, and a block that does not
 * end, or is not base64, spoils the whole. Undefined: spoilt.
 */
export function pemBlocks(text: string): readonly PemBlock[] | undefined {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly lines: string[] } | undefined;
  for (const line of text.split(/\r?\n/).map((each) => each.trimEnd())) {
    const begins = /^-----BEGIN (.+)-----$/.exec(line)?.[1];
    if (open === undefined) {
      if (begins !== undefined) open = { label: begins, lines: [line] };
      continue;
    }
    open.lines.push(line);
    if (line === `-----END ${open.label}-----`) {
      blocks.push({ label: open.label, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else if (!/^[A-Za-z0-9+/=]*$/.test(line) && !isHeader(line)) return undefined;
  }
  return open === undefined ? blocks : undefined;
}

/** Of an encrypted key (RFC 1421). */
function isHeader(line: string): boolean {
  return line.includes(': ');
}
