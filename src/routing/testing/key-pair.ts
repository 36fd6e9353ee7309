// Two self-signed certificates (CN test1 and test2, valid for a century) with their keys. They protect nothing.

export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export const ONE: KeyPair = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUPdua+0/GKLFqJUeqLDk62I8JyHEwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFdGVzdDEwIBcNMjYxMTIxMTMwNTM1WhgPMjEyNjEwMjgxMzA1
MzVaMBAxDjAMBgNVBAMMBXRlc3QxMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
TzOh3xDFfFc8KHHK9D5lQmfThP/pSLfsz4TAgJ20oPGH09qgwhmZoPvaJ8dkV8e/
vv6XMfsqLGgg2dpUKnu0haNTMFEwHQYDVR0OBBYEFMtACGzPedoL330NWLOok/c/
OWG2MB8GA1UdIwQYMBaAFMtACGzPedoL330NWLOok/c/OWG2MA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAI1X1SLnWwuh1h5J80ymuQB3c0Yky/sY
dMZ/N3cfEi3vAiBQCad3pGfJ83DJSeTLfN+d2ZnA4o7RY5EgHU+F+U0l1g==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLTXc8kJ1LfRr80ti
s0x5OHvH83SEPGKpcTjk9aF1ij2hRANCAARPM6HfEMV8Vzwoccr0PmVCZ9OE/+lI
t+zPhMCAnbSg8YfT2qDCGZmg+9onx2RXx7++/pcx+yosaCDZ2lQqe7SF
-----END PRIVATE KEY-----
`,
};

export const TWO: KeyPair = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUM8XGA85wgAJGeAS/RQI/wf+4pvkwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFdGVzdDIwIBcNMjYxMTIxMTMwNTM1WhgPMjEyNjEwMjgxMzA1
MzVaMBAxDjAMBgNVBAMMBXRlc3QyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
uk2m1rcXq9rzfCkIaiLgrySb/apWT9e/Fgc2UZZ5AJJBe5XBQXxH7CYbQUmkRGc/
N+09QbXrcuuGctpN7V/YzqNTMFEwHQYDVR0OBBYEFNVnOAEEU43Oru0cRA0hb/hF
MPB5MB8GA1UdIwQYMBaAFNVnOAEEU43Oru0cRA0hb/hFMPB5MA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAKpSq3U0fT4gfI/DTFrhNhAZo0cJ8E0P
zfNTRZIzx6K/AiA9rrMU8EjThHACZeqS2zzbVb/qSDEkLmCRt81hmHRLeQ==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/QL8XO/wHeO5p6rT
QJFYcTx2xosq5a5tlrQLV9TzqfmhRANCAAS6TabWtxer2vN8KQhqIuCvJJv9qlZP
178WBzZRlnkAkkF7lcFBfEfsJhtBSaREZz837T1Btety64Zy2k3tX9jO
-----END PRIVATE KEY-----
`,
};

/** A Secret of type kubernetes.io/tls as YAML. */
export function tlsSecret(name: string, { certificate, key }: KeyPair, namespace = 'default'): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return `---
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: { name: ${name}, namespace: ${namespace} }
data: { tls.crt: ${base64(certificate)}, tls.key: ${base64(key)} }
`;
}
