import { describe, expect, it } from 'vitest';
import {
  headerMatcher,
  type RbacPermission,
  type RbacPrincipal,
  rbacPolicy,
  rbacRules,
  stringMatcher,
} from '../../../../xds';
import { type ConnectionInfo, NO_METADATA, type PeerTls, requestView } from '../http-message';
import { compileRbac, type RbacInput, rbacDeniedDetails, rbacVerdict, runRbac } from './rbac';

const ALICE: PeerTls = {
  presented: true,
  validated: true,
  uriSans: ['spiffe://td/ns/a/sa/alice'],
  dnsSans: [],
  subject: '',
  version: 'TLSv1.3',
};

const CONNECTION: ConnectionInfo = {
  directRemoteAddress: { address: '10.0.0.9', port: 4 },
  remoteAddress: { address: '192.168.1.1', port: 0 },
  localAddress: { address: '10.0.0.1', port: 8080 },
  requestedServerName: 'svc.example.com',
  tls: ALICE,
  filterState: new Map([['io.istio.peer_principal', 'spiffe://td/ns/a/sa/alice']]),
};

const INPUT: RbacInput = {
  request: requestView('GET', 'svc', '/info/x?y=1', [['x-user', 'alice']]),
  connection: CONNECTION,
  metadata: NO_METADATA,
};
const NETWORK: RbacInput = { ...INPUT, request: undefined };

function holds(rule: { permission?: RbacPermission; principal?: RbacPrincipal }, input = INPUT): boolean {
  const policy = rbacPolicy({
    name: 'p',
    ...(rule.permission === undefined ? {} : { permissions: [rule.permission] }),
    ...(rule.principal === undefined ? {} : { principals: [rule.principal] }),
  });
  return runRbac(compileRbac({ rules: rbacRules({ policies: [policy] }) }), input).enforced?.allowed === true;
}

describe('rules', () => {
  it('look at path, port, address and server name', () => {
    const info = { kind: 'urlPath', path: stringMatcher('exact', '/info/x') } as const;
    expect(holds({ permission: info })).toBe(true);
    expect(holds({ permission: { kind: 'uriTemplate', template: '/info/*' } })).toBe(true);
    expect(holds({ permission: { kind: 'destinationPort', port: 8080 } })).toBe(true);
    expect(holds({ permission: { kind: 'destinationPortRange', start: 8000, end: 8080 } })).toBe(false);
    const cidr = { addressPrefix: '10.0.0.0', prefixLen: 8 };
    expect(holds({ permission: { kind: 'destinationIp', cidr } })).toBe(true);
    expect(holds({ principal: { kind: 'directRemoteIp', cidr } })).toBe(true);
    expect(holds({ principal: { kind: 'remoteIp', cidr } })).toBe(false);
    const name = stringMatcher('suffix', '.example.com');
    expect(holds({ permission: { kind: 'requestedServerName', name } })).toBe(true);
    expect(holds({ permission: { kind: 'opaque', config: {} } })).toBe(false);
  });

  it('combine', () => {
    const yes: RbacPermission = { kind: 'any' };
    const no: RbacPermission = { kind: 'not', rule: yes };
    expect(holds({ permission: { kind: 'and', rules: [yes, no] } })).toBe(false);
    expect(holds({ permission: { kind: 'or', rules: [yes, no] } })).toBe(true);
    expect(holds({ permission: { kind: 'and', rules: [] } })).toBe(true);
  });

  it('know the peer by its certificate or by filter state', () => {
    const principalName = stringMatcher('exact', 'spiffe://td/ns/a/sa/alice');
    expect(holds({ principal: { kind: 'authenticated', principalName } })).toBe(true);
    expect(holds({ principal: { kind: 'authenticated' } })).toBe(true);
    const { tls: _tls, ...plaintext } = CONNECTION;
    const plain = { ...INPUT, connection: plaintext };
    expect(holds({ principal: { kind: 'authenticated', principalName } }, plain)).toBe(false);
    expect(holds({ principal: { kind: 'authenticated' } }, plain)).toBe(false);
    const state = { kind: 'filterState', key: 'io.istio.peer_principal', match: principalName } as const;
    expect(holds({ principal: state }, plain)).toBe(true);
  });

  it('that need a request do not hold for a connection, nor does their opposite turn into trust', () => {
    const header = { kind: 'header', header: headerMatcher('x-user', 'alice') } as const;
    expect(holds({ principal: header })).toBe(true);
    expect(holds({ principal: header }, NETWORK)).toBe(false);
    expect(holds({ permission: { kind: 'urlPath', path: stringMatcher('prefix', '/') } }, NETWORK)).toBe(false);
    const inverted = { kind: 'header', header: headerMatcher('x-user', 'bob', { invertMatch: true }) } as const;
    expect(holds({ principal: inverted })).toBe(true);
    expect(holds({ principal: inverted }, NETWORK)).toBe(false);
  });
});

describe('engines', () => {
  const any = rbacPolicy({ name: 'b' });
  const onlyInfo = rbacPolicy({
    name: 'a b',
    permissions: [{ kind: 'urlPath', path: stringMatcher('prefix', '/info') }],
  });

  it('allow, deny or only log', () => {
    const run = (action: 'ALLOW' | 'DENY' | 'LOG', policies = [any]) =>
      runRbac(compileRbac({ rules: rbacRules({ action, policies }) }), INPUT).enforced;
    expect(run('ALLOW')).toEqual({ allowed: true, policy: 'b' });
    expect(run('DENY')).toEqual({ allowed: false, policy: 'b' });
    expect(run('LOG', [])).toEqual({ allowed: true, policy: '' });
    expect(run('ALLOW', [])).toEqual({ allowed: false, policy: '' });
    expect(run('DENY', [])).toEqual({ allowed: true, policy: '' });
  });

  it('try policies in the order of their names', () => {
    const seen: string[] = [];
    const rbac = compileRbac({ rules: rbacRules({ policies: [any, onlyInfo] }) });
    const outcome = runRbac(rbac, INPUT, (policy, result) => seen.push(`${policy.name}: ${result}`));
    expect(outcome.enforced?.policy).toBe('a b');
    expect(seen).toEqual(['a b: matched']);
  });

  it('answer 403 without a flag and leave their verdict in metadata', () => {
    const rbac = compileRbac({
      rules: rbacRules({ action: 'DENY', policies: [onlyInfo] }),
      shadowRules: rbacRules({ policies: [any] }),
      shadowRulesStatPrefix: 'dry_',
    });
    const outcome = runRbac(rbac, INPUT);
    expect(outcome.counters).toEqual(['shadow_allowed', 'denied']);
    expect(outcome.metadata).toEqual({
      dry_shadow_effective_policy_id: 'b',
      dry_shadow_engine_result: 'allowed',
      enforced_effective_policy_id: 'a b',
      enforced_engine_result: 'denied',
    });
    const verdict = rbacVerdict(outcome, requestView('GET', 'svc', '/'));
    expect(verdict).toEqual({
      kind: 'localReply',
      reply: {
        status: 403,
        body: 'RBAC: access denied',
        details: 'rbac_access_denied_matched_policy[a_b]',
      },
    });
    expect(rbacDeniedDetails('')).toBe('rbac_access_denied_matched_policy[none]');
  });
});
