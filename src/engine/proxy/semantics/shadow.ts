import type { MirrorPolicy } from '../../../xds';
import type { RequestView } from './http-message';
import { fractionEnabled } from './matchers';
import { portStart } from './route-matching';

const SUFFIX = '-shadow';

/** The authority of a copy: the suffix stands before the port. */
// envoyproxy/envoy source/common/router/shadow_writer_impl.cc shadowAppendedHost
export function shadowAuthority(authority: string): string {
  const port = portStart(authority);
  return port < 0 ? `${authority}${SUFFIX}` : `${authority.slice(0, port)}${SUFFIX}${authority.slice(port)}`;
}

/** Whether this request is copied; `streamRandom` is the one of route matching. */
// envoyproxy/envoy source/common/router/router.cc FilterUtility::shouldShadow, Filter::continueDecodeHeaders
export function isShadowed(policy: MirrorPolicy, request: RequestView, streamRandom: number): boolean {
  if (request.method === 'CONNECT') return false;
  return policy.runtimeFraction === undefined || fractionEnabled(policy.runtimeFraction.defaultValue, streamRandom);
}

/** The cluster of the copy; undefined: the header that should name it is missing. `request` is the head as it goes upstream. */
// envoyproxy/envoy source/common/router/router.cc Filter::getShadowCluster
export function shadowCluster(policy: MirrorPolicy, request: RequestView): string | undefined {
  if (policy.cluster !== '') return policy.cluster;
  const named = request.headers.first((policy.clusterHeader ?? '').toLowerCase());
  return named === undefined || named === '' ? undefined : named;
}
