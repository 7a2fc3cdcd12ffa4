// Objects of the Gateway API in a line each, and what Istio makes of them.
import type { Diagnostic } from '../../../src/config';
import type { VirtualService } from '../../../src/dialects/istio/compile/push-context/virtual-services';
import { readResources } from '../../../src/dialects/istio/compile/read-resources';
import { type ConvertedGatewayApi, convertGatewayApi } from '../../../src/dialects/istio/gateway-api/convert';
import { readManifestSet, viewOfManifests } from '../../support/manifest-view';
import { compileFixture } from '../../support/mesh-fixture';

const API_VERSION = 'gateway.networking.k8s.io/v1';

export function object(kind: string, name: string, spec: string, namespace = 'default'): string {
  return `---
apiVersion: ${API_VERSION}
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

export function service(name: string, port: number, namespace = 'default'): string {
  return `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: ${port}}]}
`;
}

/** A Gateway of Istio with these listeners. */
export function gateway(name: string, ...listeners: readonly string[]): string {
  return object('Gateway', name, `{gatewayClassName: istio, listeners: [${listeners.join(', ')}]}`);
}

export function converted(...manifests: readonly string[]): ConvertedGatewayApi {
  const { resources, diagnostics } = readManifestSet([{ path: 'mesh.yaml', text: manifests.join('') }]);
  const refusal = diagnostics.find(({ severity }) => severity === 'error');
  if (refusal !== undefined) throw new Error(`${refusal.code} ${refusal.message}`);
  const view = viewOfManifests(resources, {});
  return convertGatewayApi(view, readResources(view), []);
}

/** Rules of a VirtualService as they would be written. */
export function rulesOf({ http }: VirtualService): readonly unknown[] {
  return http.map(({ route, matches }) => ({ ...route, match: matches.map(({ value }) => value) }));
}

function place({ range }: Diagnostic): string {
  return range === undefined ? '' : `${range.start.line}:${range.start.column}-${range.end.column}`;
}

/** Code, object and place in the text of what the translation left out. */
export function said(...manifests: readonly string[]): readonly string[] {
  const { diagnostics } = compileFixture({ manifests: manifests.join(''), pods: [] });
  return diagnostics
    .filter(({ code }) => code.startsWith('MW21'))
    .map((each) => `${each.code} ${each.ref?.kind}/${each.ref?.name} ${place(each)}`);
}

/** The text that a finding underlines. */
export function underlined(manifest: string, code: string): readonly string[] {
  const { diagnostics } = compileFixture({ manifests: manifest, pods: [] });
  return diagnostics.flatMap((each) =>
    each.code === code && each.range !== undefined
      ? [manifest.slice(each.range.start.offset, each.range.end.offset)]
      : [],
  );
}
