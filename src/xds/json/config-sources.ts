import type { JsonObject } from '../json-value';
import { canonicalJson } from './json-text';

/** How istiod has its proxies discover endpoints and routes: on the stream that they have anyway. */
export const AGGREGATED_SOURCE: JsonObject = { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' };

/** How istiod has its proxies fetch certificates: from the agent beside them. istio/istio pilot/pkg/model/authentication.go */
export const AGENT_SECRET_SOURCE: JsonObject = {
  apiConfigSource: {
    apiType: 'GRPC',
    transportApiVersion: 'V3',
    grpcServices: [{ envoyGrpc: { clusterName: 'sds-grpc' } }],
    setNodeOnFirstMessageOnly: true,
  },
  initialFetchTimeout: '0s',
  resourceApiVersion: 'V3',
};

/** A source in the form of a node: nothing when it is the usual one. */
export function configSourcePart(
  source: JsonObject | undefined,
  usual: JsonObject,
): { readonly configSource?: JsonObject } {
  if (source === undefined) return { configSource: {} };
  return canonicalJson(source) === canonicalJson(usual) ? {} : { configSource: source };
}
