import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ISSUER, madeToken, NOW } from './testing/tokens.js';
import { checkSignature, readToken } from './token.js';

const check = (text: string, issuer = ISSUER): string => {
  const token = readToken(text);
  return token === undefined ? 'no token' : checkSignature(token, issuer);
};

describe('a ServiceAccount token', () => {
  it('says whose it is, for whom, and how long', () => {
    expect(readToken(madeToken())).toMatchObject({
      namespace: 'shop',
      serviceAccount: 'edge',
      pod: 'edge-7',
      audiences: ['windlass-xds'],
      expiresAt: NOW + 3_600_000,
    });
    expect(readToken(madeToken({ aud: 'windlass-xds' }))?.audiences).toEqual(['windlass-xds']);
  });

  it.each([
    ['', 'empty'],
    ['a.b', 'two parts'],
    ['a.b.c', 'no JSON'],
    [`${madeToken()}.more`, 'four parts'],
    [madeToken({ exp: undefined }), 'without an end'],
    [madeToken({ exp: '2099' }), 'with an end that is no number'],
    [madeToken({ 'kubernetes.io': undefined }), 'of nobody'],
    [madeToken({ 'kubernetes.io': { namespace: 'shop' } }), 'of no ServiceAccount'],
    [madeToken({ long: 'x'.repeat(20_000) }), 'far too long'],
  ])('is not %.10s… (%s)', (text) => {
    expect(readToken(text)).toBeUndefined();
  });
});

describe('a signature', () => {
  it('is checked with the key that the token names', () => {
    expect([check(madeToken()), check(madeToken({}, { alg: 'ES256' }))]).toEqual(['valid', 'valid']);
  });

  it('is invalid when something was changed, or another key has signed', () => {
    const [header, , signature] = madeToken().split('.');
    const [, payload] = madeToken({ aud: ['other'] }).split('.');
    expect(check([header, payload, signature].join('.'))).toBe('invalid');
    expect(check(madeToken({}, { alg: 'ES256', kid: 'rsa' }))).toBe('invalid');
  });

  it('is never that of a shared secret, nor none', () => {
    const [, payload = ''] = madeToken().split('.');
    for (const alg of ['none', 'HS256']) {
      const signed = `${Buffer.from(JSON.stringify({ alg, kid: 'rsa' })).toString('base64url')}.${payload}`;
      const pem = ISSUER.keys.get('rsa')?.export({ type: 'spki', format: 'pem' }) ?? '';
      const signature = alg === 'none' ? '' : createHmac('sha256', pem).update(signed).digest('base64url');
      expect(check(`${signed}.${signature}`)).toBe('unknown');
    }
  });

  it('is for the API server to judge when key or issuer are unknown', () => {
    expect(check(madeToken({}, { kid: 'newer' }))).toBe('unknown');
    expect(check(madeToken({ iss: 'https://elsewhere' }))).toBe('unknown');
  });
});
