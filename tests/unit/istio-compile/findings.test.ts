import { describe, expect, it } from 'vitest';
import { compileFixture } from '../../support/mesh-fixture';

const PODS = ['one', 'two'].map((name, index) => ({
  name,
  ip: `10.0.0.${index + 1}`,
  labels: { istio: 'ingress', name },
  gateway: true,
}));
const CLIENT = { name: 'client', ip: '10.0.0.9' };

function manifest(kind: string, name: string, spec: string, namespace = 'default'): string {
  return `---
apiVersion: networking.istio.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

function gateway(name: string, ...servers: readonly string[]): string {
  return manifest('Gateway', name, `{selector: {istio: ingress}, servers: [${servers.join(', ')}]}`);
}

/** Code, object and place of everything that the compiler itself said; analyzers have codes of upstream. */
function said(...manifests: readonly string[]): readonly string[] {
  const { diagnostics } = compileFixture({ manifests: manifests.join(''), pods: [...PODS, CLIENT] });
  const own = diagnostics.filter(({ code }) => code.startsWith('MW'));
  return own.map(({ code, ref, path }) => `${code} ${ref?.name} ${path?.join('.')}`);
}

const TLS = 'tls: {mode: SIMPLE, credentialName: cert}';

describe('findings of the compiler', () => {
  it('says nothing of a mesh that is used as it was written', () => {
    expect(said(gateway('gw', '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}'))).toEqual([]);
  });

  it('names a server that another one stands in the way of, once for all gateways', () => {
    const secure = (name: string, host: string) =>
      `{port: {number: 443, name: ${name}, protocol: HTTPS}, hosts: [${host}], ${TLS}}`;
    expect(
      said(
        gateway('first', secure('a', 'x.com')),
        gateway('second', secure('b', 'x.com'), '{port: {number: 443, name: tcp, protocol: TCP}, hosts: ["*"]}'),
      ),
    ).toEqual(['MW1314 second spec.servers.0']);
    const at80 = (name: string, protocol: string) =>
      gateway(name, `{port: {number: 80, name: p, protocol: ${protocol}}, hosts: ["*"]}`);
    expect(said(at80('web', 'HTTP'), at80('raw', 'TCP'))).toEqual(['MW1315 raw spec.servers.0']);
  });

  it('names delegates that do not exist, are not exported or contradict the rule', () => {
    const delegate = (name: string, namespace: string) => `{delegate: {name: ${name}, namespace: ${namespace}}}`;
    const conditional = `{match: [{uri: {prefix: /a}}], delegate: {name: other}}`;
    const http = [delegate('nobody', 'default'), delegate('private', 'apart'), conditional];
    const route = 'route: [{destination: {host: web}}]';
    expect(
      said(
        manifest('VirtualService', 'root', `{hosts: [web], http: [${http.join(', ')}]}`),
        manifest('VirtualService', 'private', `{exportTo: ["."], http: [{${route}}]}`, 'apart'),
        manifest('VirtualService', 'other', `{http: [{match: [{uri: {prefix: /b}}], ${route}}]}`),
      ),
    ).toEqual([
      'MW1136 root spec.http.0.delegate',
      'MW1137 root spec.http.1.delegate',
      'MW1138 root spec.http.2.delegate',
    ]);
  });

  it('names a service whose address another one has', () => {
    const external = (name: string) =>
      manifest(
        'ServiceEntry',
        name,
        `{hosts: [${name}.com], ports: [{number: 6001, name: tcp, protocol: TCP}], resolution: DNS, location: MESH_EXTERNAL}`,
      );
    const conflicts = said(external('a'), external('b'));
    expect(conflicts).toHaveLength(1);
    expect(conflicts[0]).toMatch(/^MW1045 b /);
  });

  it('names a policy that asks an authorizer which does not work', () => {
    const policy = `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ask, namespace: default}
spec: {action: CUSTOM, provider: {name: opa}, rules: [{}]}
`;
    const authz =
      '---\napiVersion: v1\nkind: Service\nmetadata: {name: opa, namespace: default}\nspec: {ports: [{name: http, port: 80}]}\n';
    const provider = (port: number) => ({
      extensionProviders: [{ name: 'opa', envoyExtAuthzHttp: { service: 'opa.default.svc.cluster.local', port } }],
    });
    const saidWith = (mesh: Readonly<Record<string, unknown>>) => {
      const { diagnostics } = compileFixture({ manifests: authz + policy, pods: [CLIENT], mesh });
      return diagnostics.flatMap(({ code, path }) => (code === 'MW1621' ? [path?.join('.')] : []));
    };
    expect(saidWith({})).toEqual(['spec.provider.name']);
    expect(saidWith(provider(0))).toEqual(['spec.provider.name']);
    expect(saidWith(provider(80))).toEqual([]);
  });
});
