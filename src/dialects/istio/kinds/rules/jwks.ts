/** Reads a JSON Web Key Set as far as validation needs it: RFC 7517, RFC 7518 section 6, RFC 8037. */

export interface JsonWebKey {
  readonly type: string;
  /** Carries the secret half of a key pair, or is a shared secret. */
  readonly isSecret: boolean;
}

/** Members that a public key of each type must have, as base64url or text. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
};
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readKey(value: unknown): JsonWebKey | undefined {
  if (!isRecord(value)) return undefined;
  const type = value['kty'];
  if (typeof type !== 'string') return undefined;
  const required = REQUIRED[type];
  if (required === undefined) return undefined;
  const sound = required.every((member) => {
    const content = value[member];
    return typeof content === 'string' && BASE64URL.test(content);
  });
  return sound ? { type, isSecret: type === 'oct' || value['d'] !== undefined } : undefined;
}

/** The keys of a set, or of a single key; undefined when the text is neither. */
export function parseJwks(text: string): readonly JsonWebKey[] | undefined {
  const json = parseJson(text);
  if (!isRecord(json)) return undefined;
  const written = Array.isArray(json['keys']) ? json['keys'] : [json];
  const keys: JsonWebKey[] = [];
  for (const entry of written) {
    const key = readKey(entry);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return keys;
}
