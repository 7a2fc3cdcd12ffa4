import type { Cluster } from '../../../../xds';

/** Exchanges workload metadata between the proxies of a connection; it decides nothing. */
export const METADATA_EXCHANGE: Cluster['filters'][number] = {
  name: 'istio.metadata_exchange',
  typeUrl: 'type.googleapis.com/udpa.type.v1.TypedStruct',
  config: {
    typeUrl: 'type.googleapis.com/envoy.tcp.metadataexchange.config.MetadataExchange',
    value: { enable_discovery: true, protocol: 'istio-peer-exchange' },
  },
};
