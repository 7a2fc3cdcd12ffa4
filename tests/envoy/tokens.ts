// JSON web tokens that are really signed, with a key pair of this run.
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

export const ISSUER = 'https://issuer.example';
const KEY_ID = 'judge';
const YEAR_2001 = 1_000_000_000;
const YEAR_2065 = 3_000_000_000;

interface Issuer {
  readonly privateKey: KeyObject;
  /** The public key as a key set, in one line of JSON. */
  readonly keySet: string;
}

let made: Issuer | undefined;

/** The issuer of this run; its keys are made when first asked for. */
export function issuer(): Issuer {
  if (made === undefined) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
    made = { privateKey, keySet: JSON.stringify({ keys: [key] }) };
  }
  return made;
}

export interface Claims {
  readonly iss?: string;
  readonly aud?: string;
  readonly sub?: string;
  readonly isExpired?: boolean;
}

/** The header of a request that carries a token. */
export function bearer({ iss = ISSUER, aud = 'shop', sub = 'jane', isExpired = false }: Claims = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { iss, aud, sub, iat: YEAR_2001 - 1, exp: isExpired ? YEAR_2001 : YEAR_2065 };
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })}.${part(payload)}`;
  return `Bearer ${signed}.${createSign('RSA-SHA256').update(signed).sign(issuer().privateKey, 'base64url')}`;
}
