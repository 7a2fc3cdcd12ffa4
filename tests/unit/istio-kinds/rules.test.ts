import { describe, expect, it } from 'vitest';
import { ISTIO_ENTRIES } from '../../../src/dialects/istio/kinds';
import { isExpressionText } from '../../../src/dialects/istio/kinds/rules/expression';
import { isHeaderValue } from '../../../src/dialects/istio/kinds/rules/header-values';
import { parseJwks } from '../../../src/dialects/istio/kinds/rules/jwks';
import {
  isClaimHeader,
  isDnsLabel,
  isDomainName,
  isGatewayDomain,
  isLabelKey,
  isLabelValue,
  isPartialWildcard,
  isWildcardDomain,
} from '../../../src/dialects/istio/kinds/rules/names';
import { findings, read } from './support';

function object(kind: string, spec: string, group = 'networking.istio.io/v1'): string {
  return `apiVersion: ${group}\nkind: ${kind}\nmetadata: { name: a, namespace: shop }\nspec:\n${spec.replace(/^\n/, '')}`;
}

const virtualService = (spec: string) => object('VirtualService', spec);
const destinationRule = (spec: string) => object('DestinationRule', spec);

describe('VirtualService', () => {
  it('accepts rules for one host', () => {
    expect(
      findings(
        virtualService(`
  hosts: [reviews]
  http:
  - match: [{ headers: { end-user: { exact: jason } } }]
    route: [{ destination: { host: reviews, subset: v2 } }]
  - route:
    - { destination: { host: reviews, subset: v1 }, weight: 90 }
    - { destination: { host: reviews, subset: v3 }, weight: 10 }`),
      ),
    ).toEqual([]);
  });

  it('takes a null where upstream does, as if nothing were written', () => {
    const retries = (field: string) =>
      read(
        virtualService(`
  hosts: [reviews]
  http:
  - route: [{ destination: { host: reviews } }]
    retries: { ${field}: null }`),
      );
    const { resources, diagnostics } = retries('retryRemoteLocalities');
    expect(diagnostics).toEqual([]);
    expect(resources[0]?.object).toMatchObject({ spec: { http: [{ retries: {} }] } });
    expect(JSON.stringify(resources[0]?.object)).not.toContain('retryRemoteLocalities');
    expect(retries('attempts').diagnostics.map(({ code }) => code)).toEqual(['MW0202']);
  });

  it('points at the value that is wrong', () => {
    expect(
      findings(
        virtualService(`
  hosts: [reviews]
  http:
  - timeout: 100us
    retries: { attempts: 2, retryOn: "5xx, reset" }
    fault: { abort: { httpStatus: 700, percentage: { value: 120 } } }
    route:
    - destination: { host: re*views }
      weight: -1`),
      ),
    ).toEqual([
      'MW1004 7:spec.http.0.timeout',
      'MW1133 8:spec.http.0.retries.retryOn',
      'MW1125 9:spec.http.0.fault.abort.httpStatus',
      'MW1040 9:spec.http.0.fault.abort.percentage.value',
      'MW1019 11:spec.http.0.route.0.destination.host',
      'MW1038 12:spec.http.0.route.0.weight',
    ]);
  });

  it('finds rules and conditions that nothing reaches', () => {
    const text = virtualService(`
  hosts: [reviews]
  http:
  - name: all
    match: [{ uri: { prefix: /a } }]
    route: [{ destination: { host: reviews } }]
  - match: [{ uri: { prefix: /a/b } }, { uri: { prefix: /a }, name: again }]
    route: [{ destination: { host: reviews } }]
  - route: [{ destination: { host: reviews } }]
  - match: [{ uri: { exact: /late } }]
    route: [{ destination: { host: reviews } }]`);
    expect(findings(text)).toEqual([
      'IST0131 10:spec.http.1.match.0',
      'IST0131 10:spec.http.1.match.1',
      'IST0130 13:spec.http.3',
    ]);
  });

  it('sees no repetition where methods, headers or ports differ', () => {
    const rule = (match: string) => `
  - match: [${match}]
    route: [{ destination: { host: reviews } }]`;
    const text = virtualService(`
  hosts: [reviews]
  http:${rule('{ uri: { prefix: /a }, method: { exact: POST } }')}${rule('{ uri: { prefix: /a/b } }')}${rule(
    '{ uri: { prefix: /a/b }, headers: { x: { exact: one } } }',
  )}${rule('{ uri: { prefix: /a }, port: 80 }')}${rule('{ uri: { prefix: /a/b }, port: 81 }')}`);
    expect(findings(text)).toEqual([]);
  });

  it('keeps what belongs to gateways from the mesh', () => {
    const claims = `
  http:
  - match: [{ headers: { "@request.auth.claims.group": { exact: dev } } }]
    route: [{ destination: { host: reviews } }]`;
    expect(findings(virtualService(`  hosts: ["*"]\n  gateways: [edge]${claims}`))).toEqual([]);
    expect(findings(virtualService(`  hosts: ["*"]${claims}`))).toEqual([
      'MW1104 5:spec.hosts.0',
      'MW1106 7:spec.http.0.match.0.headers.@request.auth.claims.group',
    ]);
  });
});

describe('DestinationRule', () => {
  it('refuses an empty policy and a pool without limits', () => {
    expect(
      findings(
        destinationRule(`
  host: reviews
  trafficPolicy: {}
  subsets:
  - name: v1
    trafficPolicy: { connectionPool: {} }
  - name: v1`),
      ),
    ).toEqual([
      'MW1201 6:spec.trafficPolicy',
      'MW1206 9:spec.subsets.0.trafficPolicy.connectionPool',
      'MW1037 10:spec.subsets.1.name',
    ]);
  });

  it('warns of failover without outlier detection', () => {
    const policy = (outlier: string) => `
  host: reviews
  trafficPolicy:
    loadBalancer: { localityLbSetting: { failover: [{ from: east, to: west }] } }${outlier}`;
    expect(findings(destinationRule(policy('')))).toEqual([
      'MW1214 7:spec.trafficPolicy.loadBalancer.localityLbSetting',
    ]);
    expect(findings(destinationRule(policy('\n    outlierDetection: {}')))).toEqual([]);
  });

  it('knows which locations overlap', () => {
    const distribute = (...from: readonly string[]) => `
  host: reviews
  trafficPolicy:
    loadBalancer:
      localityLbSetting:
        distribute:${from.map((locality) => `\n        - { from: "${locality}", to: { east: 100 } }`).join('')}`;
    expect(findings(destinationRule(distribute('a/b', 'a/c', 'a/*', '*')))).toEqual([]);
    expect(findings(destinationRule(distribute('a/*', 'a/b')))).toEqual([
      'MW1220 11:spec.trafficPolicy.loadBalancer.localityLbSetting.distribute.1.from',
    ]);
    expect(findings(destinationRule(distribute('a/b/c', 'a')))).toHaveLength(1);
    expect(findings(destinationRule(distribute('a/*/c', 'b//c')))).toHaveLength(2);
  });

  it('takes only primes as the size of a Maglev table', () => {
    const rule = (size: number) =>
      destinationRule(`
  host: reviews
  trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: ${size} } } } }`);
    expect([2, 3, 65537].flatMap((size) => findings(rule(size)))).toEqual([]);
    expect([0, 1000, 65536, 5000011].map((size) => findings(rule(size)).length)).toEqual([1, 1, 1, 1]);
  });
});

describe('the other kinds', () => {
  it('Gateway: TLS fits the protocol', () => {
    const server = (protocol: string, tls: string) =>
      object('Gateway', `  servers: [{ hosts: ["*"], port: { number: 443, name: p, protocol: ${protocol} }${tls} }]`);
    expect(findings(server('HTTPS', ', tls: { mode: SIMPLE, credentialName: c }'))).toEqual([]);
    expect(findings(server('HTTPS', ''))).toEqual(['MW1304 5:spec.servers.0']);
    expect(findings(server('HTTP', ', tls: { httpsRedirect: true }'))).toEqual([]);
    expect(findings(server('HTTP', ', tls: { mode: SIMPLE, credentialName: c }'))).toEqual([
      'MW1305 5:spec.servers.0.tls',
    ]);
    expect(findings(server('TCP', ', tls: { mode: SIMPLE, credentialName: c }'))).toEqual([
      'MW1305 5:spec.servers.0.tls',
    ]);
  });

  it('ServiceEntry: endpoints fit the resolution', () => {
    const entry = (fields: string) => object('ServiceEntry', `  hosts: [a.example.com]\n  ${fields}`);
    expect(findings(entry('resolution: STATIC\n  endpoints: [{ address: 10.0.0.1 }]'))).toEqual([]);
    expect(findings(entry('resolution: STATIC\n  endpoints: [{ address: b.example.com }]'))).toEqual([
      'MW1026 7:spec.endpoints.0.address',
    ]);
    expect(findings(entry('endpoints: [{ address: 10.0.0.1 }]'))).toEqual(['MW1404 6:spec.endpoints']);
    expect(findings(entry('resolution: DNS\n  addresses: [10.0.0.0/8]'))).toEqual(['MW1402 7:spec.addresses.0']);
  });

  it('Sidecar: the listener without a port comes last', () => {
    expect(
      findings(
        object(
          'Sidecar',
          `
  egress:
  - hosts: ["./*"]
  - port: { number: 9080, protocol: HTTP, name: egress }
    hosts: ["prod/*"]`,
        ),
      ),
    ).toEqual(['MW1506 6:spec.egress.0']);
  });

  it('AuthorizationPolicy: a DENY without ports covers TCP', () => {
    const policy = (rule: string) =>
      object('AuthorizationPolicy', `  action: DENY\n  rules: [${rule}]`, 'security.istio.io/v1');
    expect(findings(policy('{ to: [{ operation: { methods: [POST] } }] }'))).toEqual(['MW1619 6:spec.rules.0']);
    expect(findings(policy('{ to: [{ operation: { methods: [POST], ports: ["80"] } }] }'))).toEqual([]);
    expect(findings(policy('{ when: [{ key: source.address, values: [a] }] }'))).toEqual([
      'MW1618 6:spec.rules.0.when.0.key',
    ]);
    expect(findings(policy('{ to: [{ operation: { ports: ["80"], paths: ["/a/{**}/b", "/a/{**}/{*}"] } }] }'))).toEqual(
      ['MW1615 6:spec.rules.0.to.0.operation.paths.1'],
    );
  });

  it('PeerAuthentication: single ports need a selector', () => {
    const text = '  mtls: { mode: STRICT }\n  portLevelMtls: { 8080: { mode: DISABLE } }';
    expect(findings(object('PeerAuthentication', text, 'security.istio.io/v1'))).toEqual([
      'MW1620 6:spec.portLevelMtls',
    ]);
  });

  it('WasmPlugin: where a module may come from', () => {
    const plugin = (url: string) => object('WasmPlugin', `  url: ${url}`, 'extensions.istio.io/v1alpha1');
    const good = ['ghcr.io/a/b:v1', 'oci://host:5000/a:1', 'http://a.b/c%20d', 'file:///opt/a.wasm', '/opt/a.wasm'];
    const bad = ['ftp://a/b', 'localhost:5000/a', 'http://a:b/c', 'http://a/%zz', '"http://a/b c"'];
    expect(good.flatMap((url) => findings(plugin(url)))).toEqual([]);
    expect(bad.map((url) => findings(plugin(url)))).toEqual(bad.map(() => ['MW1901 5:spec.url']));
  });

  it('exportTo and selectors', () => {
    const rule = (fields: string) => destinationRule(`  host: reviews\n  ${fields}`);
    expect(findings(rule('exportTo: [".", shop]'))).toEqual(['MW1014 6:spec.exportTo.1']);
    expect(findings(rule('exportTo: ["*", other]'))).toEqual(['MW1018 6:spec.exportTo']);
    expect(findings(rule('workloadSelector: { matchLabels: {} }'))).toEqual(['MW1011 6:spec.workloadSelector']);
    expect(findings(rule('exportTo: ["*"]\n  workloadSelector: { matchLabels: { a: b } }'))).toEqual([
      'MW1017 6:spec.exportTo',
    ]);
  });
});

describe('names', () => {
  it('tells host names from other texts', () => {
    expect(['reviews', 'a.b.', 'A-1.example.com', 'x'.repeat(63)].map(isDomainName)).toEqual([true, true, true, true]);
    expect(['', '.', '-a', 'a..b', 'a.1', '*.a', 'x'.repeat(64), 'a/b'].map(isDomainName)).toEqual(
      Array.from({ length: 8 }, () => false),
    );
    expect(['*', '*.a.b', '*-a.b', '*a.b'].map(isWildcardDomain)).toEqual([true, true, true, true]);
    expect(['a.*', 'a*.b', '**', '*.*.a'].map(isWildcardDomain)).toEqual([false, false, false, false]);
    expect(['*a.b', '*.a', '*', 'a'].map(isPartialWildcard)).toEqual([true, false, false, false]);
  });

  it('knows the server names of AUTO_PASSTHROUGH', () => {
    const name = 'outbound_.80_._.reviews.default.svc.cluster.local';
    expect([isGatewayDomain(name, true), isGatewayDomain(name, false)]).toEqual([true, false]);
    expect(isGatewayDomain('outbound_.a_._.b', true)).toBe(false);
  });

  it('tells labels and claims from other texts', () => {
    expect(['a', 'a.b/c_d', 'A'].map(isLabelKey)).toEqual([true, true, true]);
    expect(['', '/a', 'a/', 'a/b/c', '-a', 'x'.repeat(64)].map(isLabelKey)).toEqual(
      Array.from({ length: 6 }, () => false),
    );
    expect([isLabelValue(''), isLabelValue('v1.0_a'), isLabelValue('a b'), isLabelValue('-')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(
      ['@request.auth.claims.a', '@request.auth.claims[a][b]', '@request.auth.claims.', 'a'].map(isClaimHeader),
    ).toEqual([true, true, false, false]);
    expect([isDnsLabel('a-b'), isDnsLabel('a.b')]).toEqual([true, false]);
  });
});

describe('texts with a grammar of their own', () => {
  it('header values', () => {
    const good = ['', 'a', 'a\tb', '100%%', '%HOST%', '%REQ(X?Y)%', '%A(["b", "c"])%', '%A(b)  %'];
    const bad = [
      '%',
      'a%b',
      '%A%%',
      '%A(["b" "c"])%',
      '%A(b',
      '%A([b])%',
      'a\u0001',
      'a\u007f',
      '%A(\\',
      '%REQ(X?Y):Z%',
      '%A("x")%',
    ];
    expect(good.filter((value) => !isHeaderValue(value))).toEqual([]);
    expect(bad.filter(isHeaderValue)).toEqual([]);
  });

  it('expressions', () => {
    const good = ['response.code >= 500', "a.b('c') && !(d in [1, 2])", 'has(a) ? -b : c["d"]', '{"a": 1}.a == 1u'];
    const bad = ['', ')++++', 'a &&', '(a', 'a b', '"open', 'a == == b', '[1, 2}'];
    expect(good.filter((text) => !isExpressionText(text))).toEqual([]);
    expect(bad.filter(isExpressionText)).toEqual([]);
  });

  it('key sets', () => {
    const rsa = '{"kty":"RSA","n":"AQAB","e":"AQAB"}';
    expect(parseJwks(`{"keys":[${rsa}]}`)).toEqual([{ type: 'RSA', isSecret: false }]);
    expect(parseJwks('{"kty":"oct","k":"AQAB"}')).toEqual([{ type: 'oct', isSecret: true }]);
    expect(['', 'foo', '[]', '{"keys":[{}]}', '{"keys":[{"kty":"RSA"}]}', '{"keys":[null]}'].map(parseJwks)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
  });
});

describe('the catalogue', () => {
  it('has one entry per code, each with a page of upstream', () => {
    expect(new Set(ISTIO_ENTRIES.map((entry) => entry.code)).size).toBe(ISTIO_ENTRIES.length);
    for (const entry of ISTIO_ENTRIES) {
      expect(entry.code).toMatch(/^(?:MW1\d{3}|IST\d{4})$/);
      expect(entry.link).toMatch(/^https:\/\/istio\.io\/latest\/docs\/reference\/config\//);
      expect(entry.message).toMatch(/^[A-Z`{].*[.}]$/s);
    }
  });

  it('fills the placeholders of the messages it gives', () => {
    const text = virtualService(`
  hosts: [reviews, "-"]
  gateways: [a.b.svc]
  http:
  - { redirect: { scheme: ftp, redirectCode: 200 }, rewrite: { uri: / } }
  - { retries: { attempts: 1, retryOn: never } }`);
    const messages = read(text).diagnostics.map((diagnostic) => diagnostic.message);
    expect(messages.length).toBeGreaterThan(5);
    expect(messages.filter((message) => /<\w+>|\{\w+\}/.test(message))).toEqual([]);
  });
});
