import { compareStrings, NS_PER_S } from '../../../../base';
import {
  type ConfigOrigin,
  type HttpFilter,
  type JwtProvider,
  type JwtRequirement,
  jwtAuthnConfig,
  jwtProvider,
} from '../../../../xds';
import type { JwtRule } from '../../kinds';
import { durationNs } from '../durations';
import type { MeshProxy } from '../model';
import { outboundClusterName } from '../names';
import type { PushContext } from '../push-context/push-context';
import { lookupCluster } from './ext-authz';
import { policiesFor } from './workload-policies';

const JWT_FILTER = 'envoy.filters.http.jwt_authn';
const PAYLOAD = 'payload';
const FETCH_TIMEOUT_NS = 5 * NS_PER_S;
/** Claims that OAuth defines as lists separated by spaces. */
const SPACE_DELIMITED = ['permission', 'scope'];

interface SourcedRule {
  readonly rule: JwtRule;
  readonly origin: ConfigOrigin;
}

/** Host and port of an address, the port of the scheme unless it names one. istio/istio pkg/config/security/security.go (ParseJwksURI) */
function authorityOf(uri: string): { readonly hostname: string; readonly port: number } {
  const [, scheme = '', hostname = '', port] = /^(https?):\/\/(?:[^/@]*@)?([^/:?#]+)(?::(\d+))?/.exec(uri) ?? [];
  return { hostname, port: port === undefined ? (scheme === 'http' ? 80 : 443) : Number(port) };
}

/**
 * The keys as they are written, or where they come from. Nothing is fetched here: what fetches them decides what an address yields.
 * istio/istio pilot/pkg/security/authn/policy_applier.go (convertToEnvoyJwtConfig)
 */
function jwksOf(rule: JwtRule, push: PushContext): JwtProvider['jwks'] {
  const uri = rule.jwksUri ?? rule.jwks_uri ?? '';
  if ((rule.jwks ?? '') !== '' || uri === '') return { kind: 'inline', json: rule.jwks ?? '' };
  const { hostname, port } = authorityOf(uri);
  const cluster = lookupCluster(push, hostname, port)?.cluster ?? outboundClusterName(hostname, port);
  return { kind: 'remote', uri, cluster, timeoutNs: durationNs(rule.timeout) ?? FETCH_TIMEOUT_NS };
}

function providerOf({ rule, origin }: SourcedRule, name: string, context: JwtContext): JwtProvider {
  const payloadHeader = rule.outputPayloadToHeader ?? '';
  return jwtProvider({
    name,
    issuer: rule.issuer ?? '',
    audiences: rule.audiences ?? [],
    jwks: jwksOf(rule, context.push),
    fromHeaders: (rule.fromHeaders ?? []).map((header) => ({ name: header.name, valuePrefix: header.prefix ?? '' })),
    fromParams: rule.fromParams ?? [],
    fromCookies: rule.fromCookies ?? [],
    forward: rule.forwardOriginalToken ?? false,
    ...(payloadHeader === '' ? {} : { forwardPayloadHeader: payloadHeader }),
    payloadInMetadata: PAYLOAD,
    spaceDelimitedClaims: [...new Set([...SPACE_DELIMITED, ...(rule.spaceDelimitedClaims ?? [])])].sort(compareStrings),
    claimToHeaders: (rule.outputClaimToHeaders ?? []).map(({ header, claim }) => ({
      headerName: header,
      claimName: claim,
    })),
    ...(context.clearRouteCache ? { extra: { clearRouteCache: true } } : {}),
    origin,
  });
}

/**
 * A token that is there has to be valid, and none has to be there. With several issuers one valid token is enough, since they may share
 * the place where the token stands. istio/istio pilot/pkg/security/authn/policy_applier.go (convertToEnvoyJwtConfig)
 */
function requirementOf(names: readonly string[]): JwtRequirement {
  const valid = names.map((providerName): JwtRequirement => ({ kind: 'provider', providerName }));
  const validOrMissing = valid.map(
    (requirement): JwtRequirement => ({ kind: 'any', requirements: [requirement, { kind: 'allowMissing' }] }),
  );
  const [only] = validOrMissing;
  if (validOrMissing.length === 1 && only !== undefined) return only;
  return { kind: 'any', requirements: [...valid, { kind: 'all', requirements: validOrMissing }] };
}

interface JwtContext {
  readonly push: PushContext;
  /** Gateways choose the route again once the claims of the token are known. */
  readonly clearRouteCache: boolean;
}

/** The filter of all RequestAuthentications that apply to a workload; undefined when none asks for anything. */
export function jwtFilter(
  push: PushContext,
  proxy: Pick<MeshProxy, 'type' | 'namespace' | 'labels'>,
): HttpFilter | undefined {
  const policies = policiesFor(push.requestAuthentications, [proxy.namespace, push.mesh.rootNamespace], proxy);
  const rules = policies
    .flatMap((policy) =>
      (policy.object.spec?.jwtRules ?? []).map((rule, index) => ({
        rule,
        origin: { ref: policy.ref, path: ['spec', 'jwtRules', index] },
      })),
    )
    .sort((a, b) => compareStrings(a.rule.issuer ?? '', b.rule.issuer ?? ''));
  const [first] = rules;
  if (first === undefined) return undefined;
  const context = { push, clearRouteCache: proxy.type !== 'sidecar' };
  const providers = rules.map((rule, index) => providerOf(rule, `origins-${index}`, context));
  return {
    kind: 'jwtAuthn',
    name: JWT_FILTER,
    jwtAuthn: jwtAuthnConfig({
      providers: [...providers].sort((a, b) => compareStrings(a.name, b.name)),
      rules: [
        {
          path: { kind: 'prefix', value: '/', caseSensitive: true },
          headers: [],
          requires: requirementOf(providers.map(({ name }) => name)),
        },
      ],
      bypassCorsPreflight: true,
    }),
    origin: { ref: first.origin.ref, path: ['spec'] },
  };
}
