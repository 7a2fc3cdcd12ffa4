import { idOf } from '../memo';
import { destinationRuleFor } from '../push-context/sidecar-scope';
import type { VirtualService } from '../push-context/virtual-services';
import type { RouteContext } from './route-context';

/** What the routes of a VirtualService look at outside of it. */
interface Outlook {
  readonly hosts: readonly string[];
  readonly sourceLabels: readonly string[];
  readonly sourceNamespaces: boolean;
}

const outlooks = new WeakMap<VirtualService, Outlook>();

function outlookOf(vs: VirtualService): Outlook {
  const hosts = new Set<string>();
  const sourceLabels = new Set<string>();
  let sourceNamespaces = false;
  for (const { route, matches } of vs.http) {
    for (const { destination } of route.route ?? []) hosts.add(destination.host);
    for (const { destination } of route.mirrors ?? []) hosts.add(destination.host);
    if (route.mirror !== undefined) hosts.add(route.mirror.host);
    for (const { value } of matches) {
      for (const key of Object.keys(value.sourceLabels ?? {})) sourceLabels.add(key);
      sourceNamespaces ||= (value.sourceNamespace ?? '') !== '';
    }
  }
  return { hosts: [...hosts], sourceLabels: [...sourceLabels], sourceNamespaces };
}

/** Says everything that the routes of a VirtualService are made from: equal keys, equal routes. */
export function routesKey(vs: VirtualService, context: RouteContext): string {
  const outlook = outlooks.get(vs) ?? outlookOf(vs);
  outlooks.set(vs, outlook);
  const { proxy, scope, gatewayNames, listenPort, tls, lookupService } = context;
  const labels = outlook.sourceLabels.map((key) => `${key}=${proxy.labels[key] ?? ''}`);
  const destinations = outlook.hosts.map((host) => {
    const rule = destinationRuleFor(scope, host, { outboundLabels: proxy.labels });
    return `${idOf(lookupService(host))}:${idOf(rule)}`;
  });
  return [
    idOf(vs),
    listenPort,
    tls,
    [...gatewayNames].join(),
    outlook.sourceNamespaces ? proxy.namespace : '',
    labels.join(),
    destinations.join(),
  ].join(' ');
}
