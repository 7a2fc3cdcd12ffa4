import { defineKind, map, type ObjectOf, object, port, type TypeOf, text } from '../../../config';
import { textMap, uint32 } from './fields';
import { ISTIO_STATUS } from './status';

export const WORKLOAD_ENTRY_SPEC = object('A workload that does not run in a pod, or an address outside the mesh.', {
  address: text('IP address, DNS name or `unix://` path, without a port. May be absent when `network` is given.', {
    maxLength: 256,
  }),
  ports: map(
    'Port of the workload for each named port of the service. A port that is missing here is the same as that of the service.',
    port('Port that the workload listens on.'),
    { max: 128 },
  ),
  labels: textMap('Labels, by which services and policies choose the workload.', { max: 256 }),
  network: text('Network that the address belongs to. Empty: the same as that of the clients.', { maxLength: 2048 }),
  locality: text('Where the workload stands: `region/zone/subzone`.', { maxLength: 2048 }),
  weight: uint32('Share of the load, relative to the other endpoints.'),
  serviceAccount: text('Service account that the workload identifies itself with.', { maxLength: 253 }),
});
export type WorkloadEntrySpec = TypeOf<typeof WORKLOAD_ENTRY_SPEC>;

export const WORKLOAD_ENTRY_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  kind: 'WorkloadEntry',
  plural: 'workloadentries',
  namespaced: true,
  support: { level: 'partial', notSimulated: ['network', 'Unix domain sockets'] },
  summary: 'One workload outside Kubernetes that takes part in the mesh, such as a virtual machine.',
  link: 'https://istio.io/latest/docs/reference/config/networking/workload-entry/',
  fields: { spec: WORKLOAD_ENTRY_SPEC, status: ISTIO_STATUS },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type WorkloadEntryObject = ObjectOf<typeof WORKLOAD_ENTRY_KIND>;
