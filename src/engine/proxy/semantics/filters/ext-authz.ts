import type { ExtAuthzConfig, JsonValue } from '../../../../xds';
import { fieldOf, flagOf, objectsOf, textOf } from '../extra-fields';
import { GrpcStatus, grpcStatusOf } from '../grpc';
import type { DynamicMetadata, RequestView, ResponseView } from '../http-message';
import { type CompiledMetadataValueMatcher, compileMetadataValue, metadataValue } from '../matchers';
import { ResponseCodeDetails } from '../response-code-details';
import { ResponseFlag } from '../response-flags';
import { continueWith, type FilterVerdict, replyLocally } from './verdict';

type NameMatcher = (name: string) => boolean;

export interface CompiledExtAuthz {
  readonly source: ExtAuthzConfig;
  readonly enabledMatch: CompiledMetadataValueMatcher | undefined;
  /** Headers of the request that an HTTP service is shown besides those it always is. */
  readonly allowedHeaders: NameMatcher | undefined;
  readonly headersToAdd: readonly (readonly [string, string])[];
  /** Headers of an HTTP service's consent that go upstream; undefined: none. */
  readonly upstreamHeaders: NameMatcher | undefined;
  /** Headers of an HTTP service's denial that go to the client; undefined: all. */
  readonly clientHeaders: NameMatcher | undefined;
  readonly marksFailureMode: boolean;
}

/** A ListStringMatcher for names of headers; undefined when it is not set. */
// envoyproxy/envoy api/envoy/type/matcher/v3/string.proto
function nameMatcherOf(list: JsonValue | undefined): NameMatcher | undefined {
  const patterns = objectsOf(fieldOf(list, 'patterns'));
  if (patterns.length === 0) return undefined;
  const matches = (name: string, pattern: JsonValue): boolean => {
    const value = (field: string): string => textOf(pattern, field).toLowerCase();
    if (value('exact') !== '') return name === value('exact');
    if (value('prefix') !== '') return name.startsWith(value('prefix'));
    if (value('suffix') !== '') return name.endsWith(value('suffix'));
    return value('contains') !== '' && name.includes(value('contains'));
  };
  return (name) => patterns.some((pattern) => matches(name, pattern));
}

export function compileExtAuthz(source: ExtAuthzConfig): CompiledExtAuthz {
  const gate = source.filterEnabledMetadata;
  const http = fieldOf(source.extra, 'httpService');
  const request = fieldOf(http, 'authorizationRequest');
  const response = fieldOf(http, 'authorizationResponse');
  return {
    source,
    enabledMatch: gate === undefined ? undefined : compileMetadataValue(gate.match),
    allowedHeaders: nameMatcherOf(fieldOf(source.extra, 'allowedHeaders') ?? fieldOf(request, 'allowedHeaders')),
    headersToAdd: objectsOf(fieldOf(request, 'headersToAdd')).map((header) => [
      textOf(header, 'key').toLowerCase(),
      textOf(header, 'value'),
    ]),
    upstreamHeaders: nameMatcherOf(fieldOf(response, 'allowedUpstreamHeaders')),
    clientHeaders: nameMatcherOf(fieldOf(response, 'allowedClientHeaders')),
    marksFailureMode: flagOf(source.extra, 'failureModeAllowHeaderAdd', false),
  };
}

const CHECK_PATH = '/envoy.service.auth.v3.Authorization/Check';

/**
 * Head of the call about a request. A service of gRPC is told everything in its message; here, where messages have no content, the
 * request's headers stand in the head of the call instead.
 */
// envoyproxy/envoy source/extensions/filters/common/ext_authz/ext_authz_http_impl.cc RawHttpClientImpl::check, ext_authz_grpc_impl.cc GrpcClientImpl::check
export function authzRequest(authz: CompiledExtAuthz, request: RequestView): RequestView {
  const { service } = authz.source;
  if (service.kind === 'grpc') {
    const headers = request.headers.with('content-type', 'application/grpc').with('te', 'trailers');
    return {
      method: 'POST',
      scheme: 'http',
      authority: service.authority ?? service.cluster,
      path: CHECK_PATH,
      headers,
    };
  }
  let headers = request.headers.filter((name) => name === 'authorization' || authz.allowedHeaders?.(name) === true);
  headers = headers.with('content-length', '0');
  for (const [name, value] of authz.headersToAdd) headers = headers.with(name, value);
  return { ...request, scheme: 'http', path: `${service.pathPrefix ?? ''}${request.path}`, headers };
}

const HTTP_OK = 200;
const HTTP_FORBIDDEN = 403;
const HTTP_UNAUTHORIZED = 401;

// envoyproxy/envoy source/extensions/filters/common/ext_authz/ext_authz_http_impl.cc RawHttpClientImpl::toResponse
function httpAnswer(authz: CompiledExtAuthz, { status, headers }: ResponseView): AuthzAnswer {
  if (status >= 500) return { kind: 'error' };
  if (status === HTTP_OK) {
    return { kind: 'ok', headersToSet: headers.entries().filter(([name]) => authz.upstreamHeaders?.(name) === true) };
  }
  const shown = (name: string): boolean => {
    if (name === 'content-length' || name === 'x-envoy-upstream-service-time') return false;
    const always = name === 'www-authenticate' || name === 'location';
    return authz.clientHeaders === undefined || always || authz.clientHeaders(name);
  };
  return { kind: 'denied', status, body: '', headers: headers.entries().filter(([name]) => shown(name)) };
}

/** The verdict of a service of gRPC lies in its message; here its status says it: 0 consents, 7 and 16 deny, all others are errors. */
function grpcAnswer({ status, headers }: ResponseView): AuthzAnswer {
  const grpcStatus = grpcStatusOf(headers) ?? GrpcStatus.Ok;
  if (status !== HTTP_OK) return { kind: 'error' };
  if (grpcStatus === GrpcStatus.Ok) return { kind: 'ok' };
  if (grpcStatus === GrpcStatus.PermissionDenied) return { kind: 'denied', status: HTTP_FORBIDDEN, body: '' };
  if (grpcStatus === GrpcStatus.Unauthenticated) return { kind: 'denied', status: HTTP_UNAUTHORIZED, body: '' };
  return { kind: 'error' };
}

/** What the response of the service means; undefined: there was none in time. */
export function authzAnswer(authz: CompiledExtAuthz, response: ResponseView | undefined): AuthzAnswer {
  if (response === undefined) return { kind: 'error' };
  return authz.source.service.kind === 'http' ? httpAnswer(authz, response) : grpcAnswer(response);
}

/** What the authorization service said. */
export type AuthzAnswer =
  | {
      readonly kind: 'ok';
      readonly headersToSet?: readonly (readonly [string, string])[];
      readonly headersToRemove?: readonly string[];
    }
  | {
      readonly kind: 'denied';
      readonly status: number;
      readonly body: string;
      readonly headers?: readonly (readonly [string, string])[];
    }
  /** The call failed or took longer than the timeout. */
  | { readonly kind: 'error' };

export type ExtAuthzCounter = 'ok' | 'denied' | 'error' | 'disabled' | 'failure_mode_allowed';

/** Whether the filter calls the service for this request; Istio gates that on the verdict of a shadow RBAC filter in front. */
// envoyproxy/envoy source/extensions/filters/http/ext_authz/ext_authz.cc Filter::decodeHeaders (filterEnabledMetadata)
export function isExtAuthzEnabled(authz: CompiledExtAuthz, metadata: DynamicMetadata): boolean {
  const gate = authz.source.filterEnabledMetadata;
  if (gate === undefined || authz.enabledMatch === undefined) return true;
  return authz.enabledMatch(metadataValue(metadata, gate.filter, gate.path)) !== (gate.invert ?? false);
}

function withHeaderChanges(request: RequestView, answer: AuthzAnswer & { kind: 'ok' }): RequestView {
  let { headers } = request;
  for (const name of answer.headersToRemove ?? []) headers = headers.without(name.toLowerCase());
  for (const [name, value] of answer.headersToSet ?? []) headers = headers.with(name.toLowerCase(), value);
  return headers === request.headers ? request : { ...request, headers };
}

/** What becomes of the request once the service answered, or did not. */
// envoyproxy/envoy source/extensions/filters/http/ext_authz/ext_authz.cc Filter::onComplete
export function decideExtAuthz(
  authz: CompiledExtAuthz,
  request: RequestView,
  answer: AuthzAnswer,
  count: (counter: ExtAuthzCounter) => void,
): FilterVerdict {
  const flag = ResponseFlag.UnauthorizedExternalService;
  switch (answer.kind) {
    case 'ok':
      count('ok');
      return {
        kind: 'continue',
        request: withHeaderChanges(request, answer),
        clearRouteCache: authz.source.clearRouteCache,
      };
    case 'denied': {
      count('denied');
      const { status, body, headers = [] } = answer;
      return replyLocally({ status, body, headers, flag, details: ResponseCodeDetails.ExtAuthzDenied });
    }
    default:
      count('error');
      if (authz.source.failureModeAllow) {
        count('failure_mode_allowed');
        if (!authz.marksFailureMode) return continueWith(request);
        const headers = request.headers.with('x-envoy-auth-failure-mode-allowed', 'true');
        return continueWith({ ...request, headers });
      }
      return replyLocally({
        status: authz.source.statusOnError,
        body: '',
        flag,
        details: ResponseCodeDetails.ExtAuthzError,
      });
  }
}
