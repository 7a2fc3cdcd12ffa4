/** Names one object of the cluster. `namespace` is the empty string for cluster-scoped kinds. */
export interface ObjectRef {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A path inside an object: `["spec", "http", 0, "route", 1, "weight"]`. */
export type ConfigPath = readonly (string | number)[];

/** A stable text form, usable as a map key: `VirtualService.networking.istio.io/default/reviews`. */
export function objectKey(ref: ObjectRef): string {
  const qualified = ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`;
  return `${qualified}/${ref.namespace}/${ref.name}`;
}
