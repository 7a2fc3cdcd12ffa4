import type { CommonTls, StringMatcher, TlsValidation, XdsSecret } from '../../../xds';
import { type CompiledStringMatcher, compileStringMatcher } from './matchers';

/**
 * Certificates without cryptography: who a certificate names and which authority signed it. An authority is a name.
 */
export interface TlsCertificate {
  readonly uriSans: readonly string[];
  readonly dnsSans: readonly string[];
  readonly subject: string;
  readonly issuer: string;
  readonly expired: boolean;
}

/** What a side presents. `missing`: it should present a certificate that was not delivered yet. */
export type TlsIdentity =
  | { readonly kind: 'none' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'certificate'; readonly certificate: TlsCertificate };

/** How a side verifies its peer. `missing`: its trust bundle was not delivered yet. */
export type TlsTrust =
  | { readonly kind: 'none' }
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'authorities';
      readonly issuers: readonly string[];
      /** Empty: any name will do. */
      readonly subjectAltNames: readonly CompiledStringMatcher[];
    };

/** The certificate authority of the mesh, also the name of its trust bundle. */
export const MESH_AUTHORITY = 'ROOTCA';
/** Stands for all public certificate authorities. */
export const PUBLIC_AUTHORITY = 'system';

const SPIFFE = 'spiffe://';
const NO_IDENTITY: TlsIdentity = { kind: 'none' };
const NOT_DELIVERED = { kind: 'missing' } as const;

/** A certificate from its names: SPIFFE names come from the mesh's authority, all others from a public one. */
export function certificateOf(subjectAltNames: readonly string[]): TlsCertificate {
  const uriSans = subjectAltNames.filter((name) => name.includes('://'));
  const inMesh = uriSans.some((name) => name.startsWith(SPIFFE));
  return {
    uriSans,
    dnsSans: subjectAltNames.filter((name) => !name.includes('://')),
    subject: '',
    issuer: inMesh ? MESH_AUTHORITY : PUBLIC_AUTHORITY,
    expired: false,
  };
}

/** What a TLS context presents, given the secrets that the proxy holds. A certificate from files has no names that the model knows. */
export function resolveTlsIdentity(common: CommonTls, secrets: ReadonlyMap<string, XdsSecret>): TlsIdentity {
  const [source] = common.certificates;
  if (source === undefined) return NO_IDENTITY;
  if (source.kind === 'files') return { kind: 'certificate', certificate: certificateOf([]) };
  const secret = secrets.get(source.secretName);
  if (secret === undefined || secret.kind === 'missing') return NOT_DELIVERED;
  return { kind: 'certificate', certificate: certificateOf(secret.subjectAltNames) };
}

function issuersOf(validation: TlsValidation, secrets: ReadonlyMap<string, XdsSecret>): readonly string[] | undefined {
  const bundle = validation.trustBundle;
  if (bundle.kind === 'none') return [];
  if (bundle.kind === 'file') return [PUBLIC_AUTHORITY];
  if (bundle.secretName === MESH_AUTHORITY) return [MESH_AUTHORITY];
  const secret = secrets.get(bundle.secretName);
  const builtIn = bundle.secretName === PUBLIC_AUTHORITY;
  if (!builtIn && (secret === undefined || secret.kind === 'missing')) return undefined;
  // A bundle of the user's own is taken to vouch for the certificates outside the mesh.
  return [PUBLIC_AUTHORITY, bundle.secretName];
}

function compileNames(matchers: readonly StringMatcher[]): readonly CompiledStringMatcher[] {
  return matchers.map(compileStringMatcher);
}

/** How a TLS context verifies its peer, given the secrets that the proxy holds. */
export function resolveTlsTrust(common: CommonTls, secrets: ReadonlyMap<string, XdsSecret>): TlsTrust {
  const { validation } = common;
  if (validation === undefined) return { kind: 'none' };
  const issuers = issuersOf(validation, secrets);
  if (issuers === undefined) return NOT_DELIVERED;
  const subjectAltNames = compileNames(validation.matchSubjectAltNames);
  if (issuers.length === 0 && subjectAltNames.length === 0) return { kind: 'none' };
  return { kind: 'authorities', issuers, subjectAltNames };
}
