import { getCACertificates } from 'node:tls';

let known: { readonly pem: string | undefined } | undefined;

/**
 * The CA certificates that this system trusts, as PEM, read once: OpenSSL's default file and directory, or what SSL_CERT_FILE and SSL_CERT_DIR name.
 * Undefined: there are none.
 */
export function systemCertificates(): string | undefined {
  known ??= { pem: [...new Set(getCACertificates('system'))].map(endedLine).join('') || undefined };
  return known.pem;
}

function endedLine(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}
