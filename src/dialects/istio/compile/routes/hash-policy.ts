import type { HashPolicy } from '../../../../xds';
import type { ConsistentHash, Destination, TrafficPolicy } from '../../kinds';
import { durationNs } from '../durations';
import type { DestinationRule } from '../push-context/destination-rules';

/** istio/istio pilot/pkg/networking/core/route/route.go (ConsistentHashToHashPolicy) */
export function toHashPolicy(hash: ConsistentHash | undefined): readonly HashPolicy[] {
  if (hash === undefined) return [];
  if (hash.httpHeaderName !== undefined) {
    return [{ policy: { kind: 'header', headerName: hash.httpHeaderName }, terminal: false }];
  }
  if (hash.httpCookie !== undefined) {
    const { name, path, ttl, attributes = [] } = hash.httpCookie;
    const ttlNs = durationNs(ttl);
    return [
      {
        policy: {
          kind: 'cookie',
          name,
          ...(path === undefined || path === '' ? {} : { path }),
          ...(ttlNs === undefined ? {} : { ttlNs }),
          ...(attributes.length === 0
            ? {}
            : {
                attributes: attributes.map((attribute) => ({
                  name: attribute.name ?? '',
                  value: attribute.value ?? '',
                })),
              }),
        },
        terminal: false,
      },
    ];
  }
  if (hash.httpQueryParameterName !== undefined) {
    return [{ policy: { kind: 'queryParameter', name: hash.httpQueryParameterName }, terminal: false }];
  }
  return hash.useSourceIp === true ? [{ policy: { kind: 'sourceIp' }, terminal: false }] : [];
}

function ofPort(policy: TrafficPolicy | undefined, port: number | undefined): ConsistentHash | undefined {
  if (port === undefined) return undefined;
  return policy?.portLevelSettings?.find((setting) => setting.port?.number === port)?.loadBalancer?.consistentHash;
}

/** For a host without routes of its own. istio/istio pilot/pkg/networking/core/route/route.go (hashForService) */
export function hashForService(rule: DestinationRule | undefined, port: number): ConsistentHash | undefined {
  const policy = rule?.trafficPolicy;
  return ofPort(policy, port) ?? policy?.loadBalancer?.consistentHash;
}

/**
 * A port of the subset, the subset, a port of the rule, the rule: the first that hashes decides. Port settings count
 * only for destinations that name the port. istio/istio pilot/pkg/networking/core/route/route.go (HashForHTTPDestination)
 */
export function hashForDestination(
  rule: DestinationRule | undefined,
  destination: Destination,
): ConsistentHash | undefined {
  if (rule === undefined) return undefined;
  const port = destination.port?.number;
  const subset = rule.subsets.find((source) => source.subset.name === (destination.subset ?? ''))?.subset.trafficPolicy;
  return (
    ofPort(subset, port) ??
    subset?.loadBalancer?.consistentHash ??
    ofPort(rule.trafficPolicy, port) ??
    rule.trafficPolicy?.loadBalancer?.consistentHash
  );
}
