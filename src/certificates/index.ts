// certificates – authorities of our own, and what they sign.
export { createAuthority, signCertificate, SKEW_MS, type KeyPair, type Validity } from './authority.js';
export { issueCertificate, type Issued } from './issue.js';
