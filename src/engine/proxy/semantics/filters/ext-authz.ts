import type { ExtAuthzConfig } from '../../../../xds';
import type { DynamicMetadata, RequestView } from '../http-message';
import { type CompiledMetadataValueMatcher, compileMetadataValue, metadataValue } from '../matchers';
import { ResponseCodeDetails } from '../response-code-details';
import { ResponseFlag } from '../response-flags';
import { continueWith, type FilterVerdict, replyLocally } from './verdict';

export interface CompiledExtAuthz {
  readonly source: ExtAuthzConfig;
  readonly enabledMatch: CompiledMetadataValueMatcher | undefined;
}

export function compileExtAuthz(source: ExtAuthzConfig): CompiledExtAuthz {
  const gate = source.filterEnabledMetadata;
  return { source, enabledMatch: gate === undefined ? undefined : compileMetadataValue(gate.match) };
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
        return continueWith(request);
      }
      return replyLocally({
        status: authz.source.statusOnError,
        body: '',
        flag,
        details: ResponseCodeDetails.ExtAuthzError,
      });
  }
}
