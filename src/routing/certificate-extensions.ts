// The few extensions of a certificate that Envoy looks at when it takes one, and Node does not tell. Source: RFC 5280 section 4.1, RFC 7633, X.690 (DER).

/** Contents of the extensions by the hexadecimal of their object identifier. @param der a certificate that was parsed before: well-formed */
export function extensionsOf(der: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const [certificate] = elements(der);
  const [content] = elements(certificate?.content);
  const wrapped = elements(content?.content).find(({ tag }) => tag === 0xa3);
  const [list] = elements(wrapped?.content);
  return new Map(
    elements(list?.content).map(({ content: extension }) => {
      const members = elements(extension);
      const value = members.at(-1)?.content ?? new Uint8Array();
      return [Buffer.from(members[0]?.content ?? []).toString('hex'), value];
    }),
  );
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** What stands one after the other in a constructed value. */
function elements(bytes: Uint8Array = new Uint8Array()): readonly Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at + 1 < bytes.length) {
    const tag = bytes[at] ?? 0;
    const short = bytes[at + 1] ?? 0;
    const digits = short < 0x80 ? 0 : short & 0x7f;
    const start = at + 2 + digits;
    const length =
      digits === 0 ? short : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

/** Whether the key may sign, as a TLS server with this certificate must: yes without the extension (RFC 5280 section 4.2.1.3). */
export function maySign(extensions: ReadonlyMap<string, Uint8Array>): boolean {
  const usage = extensions.get('551d0f');
  // A BIT STRING: tag, length, unused bits, and the first bit is digitalSignature.
  return usage === undefined || (usage[0] === 0x03 && ((usage[3] ?? 0) & 0x80) !== 0);
}

/** Whether clients are told to insist on a stapled OCSP response (RFC 7633, "must-staple"): one feature, status_request. */
export function mustStaple(extensions: ReadonlyMap<string, Uint8Array>): boolean {
  const features = extensions.get('2b06010505070118');
  return features !== undefined && Buffer.from(features).toString('hex') === '3003020105';
}
