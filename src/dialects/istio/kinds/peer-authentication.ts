import { choice, defineKind, described, map, type ObjectOf, object, type TypeOf } from '../../../config';
import { POLICY_SELECTOR } from './selector';
import { ISTIO_STATUS } from './status';

export const MUTUAL_TLS = object('Whether connections have to use mutual TLS.', {
  mode: choice('What is accepted. Default: UNSET.', ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'], {
    docs: {
      UNSET: 'As the wider policy says; PERMISSIVE where there is none.',
      DISABLE: 'Plain text only.',
      PERMISSIVE: 'Mutual TLS and plain text.',
      STRICT: 'Mutual TLS only: clients without a sidecar are turned away.',
    },
  }),
});
export type MutualTls = TypeOf<typeof MUTUAL_TLS>;

export const PEER_AUTHENTICATION_SPEC = object('What workloads accept from their clients.', {
  selector: described(
    'Workloads that this holds for. Default: all of the namespace, or of the mesh in the root namespace.',
    POLICY_SELECTOR,
  ),
  mtls: MUTUAL_TLS,
  portLevelMtls: map('Other modes for single ports of the pod, by number. Needs a selector.', MUTUAL_TLS, { min: 1 }),
});
export type PeerAuthenticationSpec = TypeOf<typeof PEER_AUTHENTICATION_SPEC>;

export const PEER_AUTHENTICATION_KIND = defineKind({
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  kind: 'PeerAuthentication',
  plural: 'peerauthentications',
  namespaced: true,
  support: { level: 'full' },
  summary: 'Says whether workloads accept plain text, mutual TLS, or both.',
  link: 'https://istio.io/latest/docs/reference/config/security/peer_authentication/',
  fields: { spec: PEER_AUTHENTICATION_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type PeerAuthenticationObject = ObjectOf<typeof PEER_AUTHENTICATION_KIND>;
