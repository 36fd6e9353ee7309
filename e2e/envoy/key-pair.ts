import { generateKeyPairSync, sign } from 'node:crypto';

const HOUR_MS = 3_600_000;

export interface KeyPairOptions {
  /** Neither common name nor alternative name. */
  readonly nameless?: boolean;
  /** More extensions: identifier and content, DER in hexadecimal. */
  readonly extensions?: readonly (readonly [string, string])[];
}

/** A self-signed certificate for one DNS name, valid for an hour, and its key, as PEM. The few fields of RFC 5280 that a certificate must have. */
export function keyPair(
  hostname: string,
  { nameless = false, extensions = [] }: KeyPairOptions = {},
): { readonly certificate: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex'))); // ecdsa-with-SHA256
  const nameType = nameless ? '55040a' : '550403'; // organization, common name
  const commonName = sequence(der(0x06, Buffer.from(nameType, 'hex')), der(0x0c, Buffer.from(hostname)));
  const name = sequence(der(0x31, commonName));
  const dnsNames = sequence(der(0x82, Buffer.from(hostname)));
  const extension = (oid: string, content: Buffer): Buffer =>
    sequence(der(0x06, Buffer.from(oid, 'hex')), der(0x04, content));
  const all = [
    ...(nameless ? [] : [extension('551d11', dnsNames)]),
    ...extensions.map(([oid, content]) => extension(oid, Buffer.from(content, 'hex'))),
  ];
  const content = sequence(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(time(Date.now() - HOUR_MS), time(Date.now() + HOUR_MS)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    ...(all.length > 0 ? [der(0xa3, sequence(...all))] : []),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', content, privateKey)]);
  return {
    certificate: pem('CERTIFICATE', sequence(content, algorithm, der(0x03, signature))),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), Buffer.from(lengthOf(content)), content]);
}

function lengthOf({ length }: Buffer): readonly number[] {
  if (length < 128) return [length];
  return length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
}

function sequence(...members: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(members));
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

/** UTCTime: YYMMDDHHMMSSZ. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[^0-9]/g, '').slice(2, 14); // prettier-ignore
  return der(0x17, Buffer.from(`${digits}Z`));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
