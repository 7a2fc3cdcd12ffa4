import { defineKind, described, integer, nullable, type ObjectOf, object, type TypeOf, text } from '../../../config';
import { INT32_MAX, textMap } from './fields';
import { POLICY_SELECTOR } from './selector';
import { ISTIO_STATUS } from './status';

export const PROXY_CONFIG_SPEC = object('How proxies are started.', {
  selector: described('Workloads whose proxies this holds for. Default: all of the namespace.', POLICY_SELECTOR),
  concurrency: nullable(integer('Worker threads of the proxy; 0 for one per core.', { min: 0, max: INT32_MAX })),
  environmentVariables: textMap('Variables in the environment of the proxy.', undefined, { maxLength: 2048 }),
  image: object('Which image the proxy runs from.', {
    imageType: text('Variant of the image: `default`, `debug` or `distroless`.'),
  }),
});
export type ProxyConfigSpec = TypeOf<typeof PROXY_CONFIG_SPEC>;

export const PROXY_CONFIG_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1beta1'],
  kind: 'ProxyConfig',
  plural: 'proxyconfigs',
  namespaced: true,
  support: { level: 'kept', reason: 'Threads, environment and image of a proxy are not modelled.' },
  summary: 'Settings with which the proxies of workloads are started.',
  link: 'https://istio.io/latest/docs/reference/config/networking/proxy-config/',
  fields: { spec: PROXY_CONFIG_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type ProxyConfigObject = ObjectOf<typeof PROXY_CONFIG_KIND>;
