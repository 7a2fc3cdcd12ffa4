import type { ClusterLoadAssignment, LbEndpoint, Locality, LocalityLbEndpoints } from '../clusters';
import type { JsonObject } from '../json-value';
import { encodeAddress } from './encode-addresses';
import { isJsonObject } from './json-text';
import { count, each, message, messageIfAny, object, text, unless } from './writer';

function denominatorName(denominator: number): string | undefined {
  if (denominator === 10_000) return 'TEN_THOUSAND';
  return denominator === 1_000_000 ? 'MILLION' : undefined;
}

/** `filter_metadata` of an endpoint by filter name; undefined when it has none. */
export function endpointFilterMetadata(endpoint: LbEndpoint): JsonObject | undefined {
  const { metadata } = encodeLbEndpoint(endpoint, false);
  const filters = isJsonObject(metadata) ? metadata['filterMetadata'] : undefined;
  return isJsonObject(filters) ? filters : undefined;
}

/** `isWeighted`: the locality has a weight, and then every endpoint states its own. */
function encodeLbEndpoint(endpoint: LbEndpoint, isWeighted: boolean): JsonObject {
  const filterMetadata = messageIfAny({
    'envoy.lb': object(endpoint.lbMetadata),
    'envoy.transport_socket_match': object(endpoint.transportSocketMatch),
    istio: endpoint.workload === undefined ? undefined : { workload: endpoint.workload },
  });
  return message(
    {
      endpoint: message({ address: encodeAddress(endpoint.address), hostname: text(endpoint.hostname) }),
      healthStatus: unless<string>(endpoint.healthStatus, 'UNKNOWN'),
      metadata: filterMetadata && { filterMetadata },
      loadBalancingWeight: isWeighted || endpoint.loadBalancingWeight !== 1 ? endpoint.loadBalancingWeight : undefined,
    },
    endpoint.extra,
  );
}

export function encodeLocality(locality: Locality): JsonObject {
  return message({ region: text(locality.region), zone: text(locality.zone), subZone: text(locality.subZone) });
}

function encodeLocalityLbEndpoints(group: LocalityLbEndpoints): JsonObject {
  const isWeighted = group.loadBalancingWeight !== undefined;
  const locality = encodeLocality(group.locality);
  return message(
    {
      locality: isWeighted ? locality : object(locality),
      lbEndpoints: each(group.lbEndpoints, (endpoint) => encodeLbEndpoint(endpoint, isWeighted)),
      loadBalancingWeight: group.loadBalancingWeight,
      priority: count(group.priority),
    },
    group.extra,
  );
}

/** `envoy.config.endpoint.v3.ClusterLoadAssignment` as protojson. */
export function encodeClusterLoadAssignment(assignment: ClusterLoadAssignment): JsonObject {
  return message(
    {
      clusterName: text(assignment.clusterName),
      endpoints: each(assignment.endpoints, encodeLocalityLbEndpoints),
      policy: messageIfAny({
        dropOverloads: each(assignment.dropOverloads, (drop) =>
          message({
            category: drop.category,
            dropPercentage: message({
              numerator: count(drop.numerator),
              denominator: denominatorName(drop.denominator),
            }),
          }),
        ),
        overprovisioningFactor: assignment.overprovisioningFactor,
      }),
    },
    assignment.extra,
  );
}
