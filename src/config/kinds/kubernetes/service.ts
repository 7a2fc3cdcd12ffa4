import type { DiagnosticBag } from '../../kind-definition';
import type { Resource } from '../../resource';
import { defineKind, type ObjectOf } from '../define-kind';
import {
  bool,
  choice,
  integer,
  intOrString,
  list,
  map,
  object,
  openObject,
  port,
  type TypeOf,
  text,
  withDefault,
} from '../schema';
import { checkServiceName, checkUnique } from './rules';

const SERVICE_PORT = object(
  'One port of the service.',
  {
    name: text(
      'Name of the port. Istio reads the protocol from what stands before the first dash: `http`, `grpc-web`, `tcp-db`.',
      { format: 'dns-label' },
    ),
    port: port('Port that callers use.'),
    targetPort: intOrString('Number or name of the container port; the same as `port` when absent.'),
    protocol: withDefault(choice('Transport protocol.', ['TCP', 'UDP', 'SCTP']), 'TCP'),
    appProtocol: text('Application protocol, which beats the name of the port: `http`, `http2`, `grpc`, `tcp`, `tls`.'),
    nodePort: integer('Port of every node that leads here.', { min: 0, max: 65535 }),
  },
  { required: ['port'] },
);

export type ServicePort = TypeOf<typeof SERVICE_PORT>;

const SERVICE_SPEC = object('Which pods the service stands for, and on which ports.', {
  selector: map(
    'Labels of the pods behind the service. Without a selector the endpoints are written by hand.',
    text('Value of the label.'),
  ),
  ports: list('Ports of the service.', SERVICE_PORT),
  type: withDefault(
    choice('How the service can be reached.', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'], {
      docs: {
        ClusterIP: 'A virtual address inside the cluster.',
        NodePort: 'A port on every node, besides the virtual address.',
        LoadBalancer: 'An address outside the cluster, besides the other two.',
        ExternalName: 'An alias in DNS; no address at all.',
      },
    }),
    'ClusterIP',
  ),
  clusterIP: text('Virtual address; `None` makes the service headless: DNS answers with the pods themselves.'),
  clusterIPs: list('Virtual addresses, one per family.', text('One address.')),
  externalName: text('Host that the alias stands for.'),
  externalIPs: list('Addresses outside that lead here.', text('One address.')),
  externalTrafficPolicy: choice('Whether traffic from outside may go to other nodes.', ['Cluster', 'Local']),
  internalTrafficPolicy: choice('Whether traffic from inside may go to other nodes.', ['Cluster', 'Local']),
  trafficDistribution: text('Preference for near endpoints, such as `PreferClose`.'),
  sessionAffinity: withDefault(choice('Whether a client stays with one pod.', ['None', 'ClientIP']), 'None'),
  sessionAffinityConfig: openObject('How long a client stays.'),
  publishNotReadyAddresses: bool('Whether pods that are not ready count as ready.'),
  ipFamilies: list('Families of the virtual addresses.', choice('Family.', ['IPv4', 'IPv6'])),
  ipFamilyPolicy: choice('How many families.', ['SingleStack', 'PreferDualStack', 'RequireDualStack']),
  healthCheckNodePort: integer('Port for health checks of the load balancer.'),
  loadBalancerIP: text('Address wished for outside.'),
  loadBalancerClass: text('Who provides the load balancer.'),
  loadBalancerSourceRanges: list('Clients that are let in.', text('Range of addresses.')),
  allocateLoadBalancerNodePorts: bool('Whether a load balancer uses node ports.'),
});

/** A name and virtual address for a set of pods. */
export const SERVICE = defineKind({
  group: '',
  versions: ['v1'],
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  nullMeans: 'absent',
  support: {
    level: 'partial',
    notSimulated: ['sessionAffinity', 'externalTrafficPolicy', 'loadBalancerSourceRanges', 'UDP and SCTP ports'],
  },
  summary: 'A name and a virtual address for the pods that a selector finds.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/service/',
  fields: { spec: SERVICE_SPEC, status: openObject('What the cluster reports.') },
  validate: validateService,
});

export type ServiceObject = ObjectOf<typeof SERVICE>;
export type ServiceSpec = TypeOf<typeof SERVICE_SPEC>;

type ServiceShape = { readonly spec?: ServiceSpec };

/** kubernetes/kubernetes pkg/apis/core/validation/validation.go (ValidateService) */
function validateService(resource: Resource<ServiceShape>, bag: DiagnosticBag): void {
  checkServiceName(resource.metadata.name, bag);
  const spec = resource.object.spec;
  if (spec === undefined) return;
  const ports = spec.ports ?? [];
  if (spec.type === 'ExternalName') {
    if (spec.externalName === undefined) bag.report('MW0306', ['spec', 'type']);
  } else if (ports.length === 0 && spec.clusterIP !== 'None') {
    bag.report('MW0307', ['spec', 'ports']);
  }
  for (const [index, entry] of ports.entries()) {
    if (ports.length > 1 && entry.name === undefined) bag.report('MW0303', ['spec', 'ports', index]);
  }
  checkUnique({ keys: ports.map((entry) => entry.name), what: 'port name' }, ['spec', 'ports'], ['name'], bag);
  const numbers = ports.map((entry) => `${entry.port}/${entry.protocol}`);
  checkUnique({ keys: numbers, what: 'port' }, ['spec', 'ports'], ['port'], bag);
}
