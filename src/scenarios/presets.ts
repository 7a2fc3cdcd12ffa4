import type { PresetDefinition } from '../session';
import bookinfoBehaviors from './bookinfo/behaviors.yaml?raw';
import bookinfoGatewayApiVisitors from './bookinfo/gateway-api-visitors.yaml?raw';
import bookinfoGatewayVisitors from './bookinfo/gateway-visitors.yaml?raw';
import bookinfoVisitors from './bookinfo/visitors.yaml?raw';
import boutiqueBehaviors from './online-boutique/behaviors.yaml?raw';
import boutiqueShoppers from './online-boutique/shoppers.yaml?raw';
import defaultNamespace from './shared/default-namespace.yaml?raw';
import ingressGateway from './shared/ingress-gateway.yaml?raw';
import meshConfig from './shared/mesh-config.yaml?raw';

const BOOKINFO_IMAGE = 'examples-bookinfo-';
const BOUTIQUE_IMAGE = 'microservices-demo/';
const GATEWAY_KIND = 'Gateway.networking.istio.io';

/**
 * What joins manifests that come from elsewhere: behaviours and visitors for well-known applications, and the parts
 * of an Istio installation that such manifests take for granted.
 */
export const PRESETS: readonly PresetDefinition[] = [
  {
    id: 'mesh-config',
    title: 'Settings of the mesh as the demo profile has them',
    trigger: { unlessObjects: ['ConfigMap./istio'] },
    files: [{ path: 'presets/mesh-config.yaml', text: meshConfig }],
  },
  {
    id: 'ingress-gateway',
    title: 'Istio ingress gateway',
    trigger: { kinds: [GATEWAY_KIND], unlessObjects: ['Deployment.apps/istio-ingressgateway'] },
    files: [{ path: 'presets/ingress-gateway.yaml', text: ingressGateway }],
  },
  {
    id: 'default-namespace',
    title: 'Sidecars in the namespace default',
    trigger: { images: [BOOKINFO_IMAGE, BOUTIQUE_IMAGE] },
    files: [{ path: 'presets/default-namespace.yaml', text: defaultNamespace }],
  },
  {
    id: 'bookinfo',
    title: 'Bookinfo behaviours',
    trigger: { images: [BOOKINFO_IMAGE] },
    files: [{ path: 'presets/bookinfo-behaviors.yaml', text: bookinfoBehaviors }],
  },
  {
    id: 'bookinfo-visitors',
    title: 'Bookinfo visitors',
    trigger: { images: [BOOKINFO_IMAGE], objects: ['Service./productpage'] },
    files: [{ path: 'presets/bookinfo-visitors.yaml', text: bookinfoVisitors }],
  },
  {
    id: 'bookinfo-gateway-visitors',
    title: 'Bookinfo visitors at the gateway',
    trigger: { images: [BOOKINFO_IMAGE], objects: ['Service./productpage'], kinds: [GATEWAY_KIND] },
    files: [{ path: 'presets/bookinfo-gateway-visitors.yaml', text: bookinfoGatewayVisitors }],
  },
  {
    id: 'bookinfo-gateway-api-visitors',
    title: 'Bookinfo visitors at the gateway of the Gateway API',
    trigger: {
      images: [BOOKINFO_IMAGE],
      objects: ['Gateway.gateway.networking.k8s.io/bookinfo-gateway'],
    },
    files: [{ path: 'presets/bookinfo-gateway-api-visitors.yaml', text: bookinfoGatewayApiVisitors }],
  },
  {
    id: 'online-boutique',
    title: 'Online Boutique behaviours',
    trigger: { images: [BOUTIQUE_IMAGE] },
    files: [{ path: 'presets/online-boutique-behaviors.yaml', text: boutiqueBehaviors }],
  },
  {
    id: 'online-boutique-shoppers',
    title: 'Online Boutique shoppers',
    trigger: { images: [BOUTIQUE_IMAGE], objects: ['Deployment.apps/loadgenerator'] },
    files: [{ path: 'presets/online-boutique-shoppers.yaml', text: boutiqueShoppers }],
  },
];
