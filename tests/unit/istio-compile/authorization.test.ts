import { describe, expect, it } from 'vitest';
import type { HttpFilter, NetworkFilter, RbacConfig, RbacRules } from '../../../src/xds';
import { compileFixture, listenerOf, managerOf } from '../../support/mesh-fixture';

const SERVER = { name: 'server', ip: '10.0.0.1', labels: { app: 'server' } };
const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: server}
spec: {clusterIP: 10.96.0.1, selector: {app: server}, ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp, port: 90, targetPort: 9090}]}
---
`;

function policy(name: string, spec: string, namespace = 'default'): string {
  return `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

function chainsOf(manifests: string, mesh: Readonly<Record<string, unknown>> = {}) {
  const compiled = compileFixture({ manifests: SERVICE + manifests, pods: [SERVER], mesh });
  const { filterChains } = listenerOf(compiled.snapshot('server'), 'virtualInbound');
  const at = (port: number) => filterChains.find((chain) => chain.match.destinationPort === port);
  return { http: managerOf(at(8080))?.httpFilters ?? [], tcp: at(9090)?.filters ?? [] };
}

function guardsOf(filters: readonly (HttpFilter | NetworkFilter)[]): readonly RbacConfig[] {
  return filters.flatMap((filter) => (filter.kind === 'rbac' ? [filter.rbac] : []));
}

function names(rules: RbacRules | undefined): readonly string[] {
  return (rules?.policies ?? []).map(({ name }) => name);
}

describe('authorization filters', () => {
  it('puts AUDIT before DENY before ALLOW, whatever the order of the objects', () => {
    const { http } = chainsOf(
      policy('allow', '{rules: [{}]}') +
        policy('deny', '{action: DENY, rules: [{}]}') +
        policy('audit', '{action: AUDIT, rules: [{}]}'),
    );
    expect(guardsOf(http).map(({ rules }) => rules?.action)).toEqual(['LOG', 'DENY', 'ALLOW']);
  });

  it('lets an empty ALLOW match nothing, and an empty rule everything', () => {
    const { http } = chainsOf(policy('nothing', '{}') + policy('all', '{rules: [{}]}'));
    const [all, nothing] = guardsOf(http)[0]?.rules?.policies ?? [];
    expect(all).toMatchObject({ permissions: [{ kind: 'and', rules: [{ kind: 'any' }] }] });
    expect(nothing).toMatchObject({ permissions: [{ kind: 'not', rule: { kind: 'any' } }] });
  });

  it('drops from connections an ALLOW that asks about requests, but widens a DENY', () => {
    const rules = '[{to: [{operation: {methods: [GET]}}]}, {to: [{operation: {methods: [GET], ports: ["9090"]}}]}]';
    const { tcp } = chainsOf(policy('allow', `{rules: ${rules}}`) + policy('deny', `{action: DENY, rules: ${rules}}`));
    const [deny, allow] = guardsOf(tcp);
    expect(names(allow?.rules)).toEqual([]);
    expect(deny?.rules?.policies.map(({ permissions }) => permissions)).toEqual([
      [{ kind: 'and', rules: [{ kind: 'any' }] }],
      [{ kind: 'and', rules: [{ kind: 'or', rules: [{ kind: 'destinationPort', port: 9090 }] }] }],
    ]);
  });

  it('takes policies of the root namespace and of the own one, chosen by labels', () => {
    const { http } = chainsOf(
      policy('mesh', '{rules: [{}]}', 'istio-system') +
        policy('mine', '{selector: {matchLabels: {app: server}}, rules: [{}]}') +
        policy('theirs', '{selector: {matchLabels: {app: other}}, rules: [{}]}') +
        policy('elsewhere', '{rules: [{}]}', 'other'),
    );
    expect(names(guardsOf(http)[0]?.rules)).toEqual([
      'ns[default]-policy[mine]-rule[0]',
      'ns[istio-system]-policy[mesh]-rule[0]',
    ]);
  });

  it('says of every rule where it was written', () => {
    const { http } = chainsOf(policy('two', '{rules: [{}, {}]}'));
    const [, second] = guardsOf(http)[0]?.rules?.policies ?? [];
    expect(second?.origin).toMatchObject({ ref: { name: 'two' }, path: ['spec', 'rules', 1] });
  });

  it('keeps rules on trial apart', () => {
    const trial = `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: trial, annotations: {istio.io/dry-run: "true"}}
spec: {action: DENY, rules: [{}]}
`;
    const { http } = chainsOf(trial);
    const [guard] = guardsOf(http);
    expect(guard?.rules).toBeUndefined();
    expect(names(guard?.shadowRules)).toEqual(['ns[default]-policy[trial]-rule[0]']);
    expect(guard?.shadowRulesStatPrefix).toBe('istio_dry_run_deny_');
  });

  it('denies what an authorizer should decide that does not exist', () => {
    const custom = policy('custom', '{action: CUSTOM, provider: {name: nobody}, rules: [{}]}');
    const { http } = chainsOf(custom);
    expect(guardsOf(http).map(({ rules }) => [rules?.action, names(rules)])).toEqual([
      ['DENY', ['istio-ext-authz-nobody-ns[default]-policy[custom]-rule[0]-deny-due-to-bad-CUSTOM-action']],
    ]);
  });

  it('asks the authorizer before tokens are verified, and enforces the rest behind them', () => {
    const custom = policy('custom', '{action: CUSTOM, provider: {name: authz}, rules: [{}]}');
    const token = `---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: token}
spec: {jwtRules: [{issuer: me, jwks: "{\\"keys\\": []}"}]}
`;
    const provider = { service: 'default/server.default.svc.cluster.local', port: 80 };
    const { http } = chainsOf(custom + token + policy('allow', '{rules: [{}]}'), {
      extensionProviders: [{ name: 'authz', envoyExtAuthzHttp: provider }],
    });
    const kinds = http.map(({ kind }) => kind).filter((kind) => kind !== 'opaque');
    expect(kinds).toEqual(['rbac', 'extAuthz', 'jwtAuthn', 'rbac', 'fault', 'cors', 'router']);
    expect(guardsOf(http)[0]?.rules).toBeUndefined();
  });
});
