import type { JsonObject } from '../../../xds';
import type { Service } from './model';

/** Filters and cluster of one host resolve names together. istio/istio pilot/pkg/model/service.go (BuildDNSCacheName) */
export function dnsCacheConfig(service: Service): JsonObject {
  return { name: `${service.hostname}_dfp_dns_cache`, dnsLookupFamily: 'V4_ONLY' };
}
