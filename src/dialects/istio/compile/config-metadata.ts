import type { JsonObject } from '../../../xds';

/** An Istio object whose settings a resource carries. */
interface ConfigName {
  readonly kind: 'virtual-service' | 'destination-rule' | 'sidecar';
  readonly namespace: string;
  readonly name: string;
}

/** The path that names an object in metadata. istio/istio pilot/pkg/networking/util/util.go (AddConfigInfoMetadata) */
export function configPath({ kind, namespace, name }: ConfigName): string {
  return `/apis/networking.istio.io/v1/namespaces/${namespace}/${kind}/${name}`;
}

/** Metadata of a route or filter chain that an object is behind. */
export function configMetadata(config: ConfigName): JsonObject {
  return { istio: { config: configPath(config) } };
}
