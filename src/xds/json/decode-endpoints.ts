import type { ClusterLoadAssignment, LbEndpoint, Locality, LocalityLbEndpoints } from '../clusters';
import type { JsonObject, JsonValue } from '../json-value';
import { readAddress } from './decode-addresses';
import { readFractionalPercent } from './decode-matchers';
import { isJsonObject } from './json-text';
import type { MessageReader } from './reader';
import { stringRecord } from './records';
import { withExtra } from './writer';

const HEALTH_STATUSES = ['UNKNOWN', 'HEALTHY', 'UNHEALTHY', 'DRAINING', 'TIMEOUT', 'DEGRADED'] as const;

/** A timeout counts as unhealthy: envoyproxy/envoy api/envoy/config/core/v3/health_check.proto HealthStatus */
function healthStatusOf(reader: MessageReader): LbEndpoint['healthStatus'] {
  const status = reader.choice('healthStatus', HEALTH_STATUSES);
  return status === 'TIMEOUT' ? 'UNHEALTHY' : status;
}

type MetadataPart = Pick<LbEndpoint, 'transportSocketMatch' | 'lbMetadata' | 'workload' | 'extra'>;

/** The metadata that the model has places for, and the rest of it. */
function readMetadata(filters: JsonObject): MetadataPart {
  const { 'envoy.transport_socket_match': socketMatch, 'envoy.lb': lb, istio, ...others } = filters;
  const { workload, ...istioRest } = isJsonObject(istio) ? istio : {};
  const rest: Record<string, JsonValue> = { ...others };
  if (Object.keys(istioRest).length > 0) rest['istio'] = istioRest;
  return {
    transportSocketMatch: stringRecord(socketMatch),
    lbMetadata: stringRecord(lb),
    ...(typeof workload === 'string' ? { workload } : {}),
    ...(Object.keys(rest).length === 0 ? {} : { extra: { metadata: { filterMetadata: rest } } }),
  };
}

function readLbEndpoint(reader: MessageReader): LbEndpoint {
  const endpoint = reader.message('endpoint', 'envoy.config.endpoint.v3.Endpoint');
  const address = endpoint?.message('address', 'envoy.config.core.v3.Address');
  const hostname = endpoint?.text('hostname') ?? '';
  const metadata = reader.message('metadata', 'envoy.config.core.v3.Metadata')?.object('filterMetadata');
  const { extra: metadataRest, ...part } = readMetadata(metadata ?? {});
  const decoded: LbEndpoint = {
    address: address === undefined ? { address: '', port: 0 } : readAddress(address),
    loadBalancingWeight: reader.optionalCount('loadBalancingWeight') ?? 1,
    healthStatus: healthStatusOf(reader),
    ...part,
    ...(hostname === '' ? {} : { hostname }),
  };
  const rest = reader.finish();
  if (rest === undefined && metadataRest === undefined) return decoded;
  return { ...decoded, extra: withExtra(rest ?? {}, metadataRest ?? {}) };
}

export function readLocality(reader: MessageReader | undefined): Locality {
  return {
    region: reader?.text('region') ?? '',
    zone: reader?.text('zone') ?? '',
    subZone: reader?.text('subZone') ?? '',
  };
}

function readLocalityLbEndpoints(reader: MessageReader): LocalityLbEndpoints {
  const weight = reader.optionalCount('loadBalancingWeight');
  const place = reader.messageOrPresent('locality', 'envoy.config.core.v3.Locality');
  const locality = readLocality(place);
  // Written again for weighted localities only.
  if (place?.isEmpty && weight === undefined) reader.put('locality', {});
  return {
    locality,
    priority: reader.count('priority'),
    lbEndpoints: reader.messages('lbEndpoints', 'envoy.config.endpoint.v3.LbEndpoint').map(readLbEndpoint),
    ...(weight === undefined ? {} : { loadBalancingWeight: weight }),
    ...reader.extra(),
  };
}

/** api/envoy/config/endpoint/v3/endpoint.proto */
export function readClusterLoadAssignment(reader: MessageReader): ClusterLoadAssignment {
  const policy = reader.message('policy', 'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy');
  const overprovisioningFactor = policy?.optionalCount('overprovisioningFactor');
  const drops = policy?.messages('dropOverloads') ?? [];
  return {
    clusterName: reader.text('clusterName'),
    endpoints: reader
      .messages('endpoints', 'envoy.config.endpoint.v3.LocalityLbEndpoints')
      .map(readLocalityLbEndpoints),
    dropOverloads: drops.map((drop) => {
      const percentage = drop.message('dropPercentage', 'envoy.type.v3.FractionalPercent');
      const share = percentage === undefined ? undefined : readFractionalPercent(percentage);
      return {
        category: drop.text('category'),
        numerator: share?.numerator ?? 0,
        denominator: share?.denominator ?? 100,
      };
    }),
    ...(overprovisioningFactor === undefined ? {} : { overprovisioningFactor }),
    ...reader.extra(),
  };
}
