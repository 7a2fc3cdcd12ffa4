import { describe, expect, it } from 'vitest';
import { CONFIG_ENTRIES, createCatalogue, createKindRegistry, parseManifests } from '../../../src/config';
import { GATEWAY_API_ENTRIES, GATEWAY_API_KINDS } from '../../../src/dialects/gateway-api';
import { briefly } from '../istio-kinds/support';

const REGISTRY = createKindRegistry(GATEWAY_API_KINDS, createCatalogue(CONFIG_ENTRIES, GATEWAY_API_ENTRIES));

/** `code line:path` of every finding about an object with this specification, whose first line is line 5. */
function findings(kind: string, spec: string): readonly string[] {
  const head = `apiVersion: gateway.networking.k8s.io/v1\nkind: ${kind}\nmetadata: { name: a, namespace: shop }\nspec:\n`;
  const { diagnostics } = parseManifests([{ path: 'test.yaml', text: head + spec.replace(/^\n/, '') }], REGISTRY);
  return diagnostics.map(briefly);
}

const httpRoute = (rule: string) => findings('HTTPRoute', `  parentRefs: [{ name: web }]\n  rules:\n  - ${rule}\n`);
const gateway = (...listeners: readonly string[]) =>
  findings('Gateway', `  gatewayClassName: istio\n  listeners:\n${listeners.map((each) => `  - ${each}\n`).join('')}`);

const TO_A = 'backendRefs: [{ name: a, port: 80 }]';

describe('routes', () => {
  it('are accepted as the API server accepts them', () => {
    expect(httpRoute(`{ ${TO_A} }`)).toEqual([]);
    expect(httpRoute('{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }')).toEqual([]);
  });

  it('name a Service with its port', () => {
    expect(httpRoute('{ backendRefs: [{ name: a }] }')).toEqual(['MW2002 7:spec.rules.0.backendRefs.0']);
  });

  it('tell several references to one parent apart', () => {
    const parents = (second: string) =>
      findings('HTTPRoute', `  parentRefs:\n  - { name: web, sectionName: a }\n  - ${second}\n`);
    expect(parents('{ name: web, sectionName: b }')).toEqual([]);
    expect(parents('{ name: web, sectionName: a }')).toEqual(['MW2001 7:spec.parentRefs.1']);
    expect(parents('{ name: web }')).toEqual(['MW2001 7:spec.parentRefs.1']);
  });

  it('have paths that requests can have', () => {
    const path = (value: string, type = 'PathPrefix') =>
      httpRoute(`{ matches: [{ path: { type: ${type}, value: "${value}" } }], ${TO_A} }`);
    expect(path('a')).toEqual(['MW2005 7:spec.rules.0.matches.0.path.value']);
    for (const value of ['/a//b', '/a/../b', '/a/..', '/%2f', '/a b']) {
      expect(path(value)).toEqual(['MW2006 7:spec.rules.0.matches.0.path.value']);
      expect(path(value, 'RegularExpression')).toEqual([]);
    }
  });

  it('have filters with the settings of their type, most of them once', () => {
    const filters = (...list: readonly string[]) => httpRoute(`{ filters: [${list.join(', ')}], ${TO_A} }`);
    const at = '7:spec.rules.0.filters';
    expect(filters('{ type: URLRewrite }')).toEqual([`MW2007 ${at}.0`]);
    const rewrite = '{ type: URLRewrite, urlRewrite: { hostname: b.com } }';
    expect(filters('{ type: CORS, cors: {}, urlRewrite: {} }')).toEqual([`MW2008 ${at}.0.urlRewrite`]);
    expect(filters(rewrite, rewrite)).toEqual([`MW2009 ${at}.1`]);
    const redirect = '{ type: RequestRedirect, requestRedirect: { port: 81 } }';
    expect(filters(rewrite, redirect)).toEqual([`MW2010 ${at}`, `MW2011 ${at}.1`]);
    const mirror = '{ type: RequestMirror, requestMirror: { backendRef: { name: a, port: 80 } } }';
    expect(filters(mirror, mirror)).toEqual([]);
  });

  it('replace the prefix of the one match that has one', () => {
    const rule = (matches: string) =>
      httpRoute(
        `{ ${matches} filters: [{ type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: / } } }], ${TO_A} }`,
      );
    expect(rule('')).toEqual([]);
    expect(rule('matches: [{ path: { type: Exact, value: /a } }],')).toEqual(['MW2012 7:spec.rules.0.filters.0']);
    expect(rule('matches: [{ path: { value: /a } }, { path: { value: /b } }],')).toHaveLength(1);
  });

  it('mirror a share that is one', () => {
    const mirror = (share: string) =>
      httpRoute(
        `{ filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: a, port: 80 }, ${share} } }], ${TO_A} }`,
      );
    expect(mirror('percent: 10, fraction: { numerator: 1 }')).toEqual([expect.stringMatching(/^MW2014 /)]);
    expect(mirror('fraction: { numerator: 101 }')).toEqual([expect.stringMatching(/^MW2015 /)]);
  });

  it('give a try no more time than the whole', () => {
    const limits = (request: string) => httpRoute(`{ timeouts: { request: ${request}, backendRequest: 2s }, ${TO_A} }`);
    expect(limits('1500ms')).toEqual(['MW2016 7:spec.rules.0.timeouts.backendRequest']);
    expect(limits('0s')).toEqual([]);
    expect(limits('1.5s')).toEqual(['MW0208 7:spec.rules.0.timeouts.request']);
  });

  it('redirect with a status that redirects', () => {
    expect(httpRoute('{ filters: [{ type: RequestRedirect, requestRedirect: { statusCode: 304 } }] }')).toEqual([
      'MW0203 7:spec.rules.0.filters.0.requestRedirect.statusCode',
    ]);
  });
});

describe('listeners', () => {
  it('are accepted as the API server accepts them', () => {
    expect(
      gateway(
        '{ name: a, port: 80, protocol: HTTP }',
        '{ name: b, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: c }] } }',
        '{ name: d, port: 444, protocol: TLS, hostname: "*.x.com", tls: { mode: Passthrough } }',
      ),
    ).toEqual([]);
  });

  it('have names and places of their own', () => {
    const first = '{ name: a, port: 80, protocol: HTTP }';
    expect(gateway(first, '{ name: a, port: 81, protocol: HTTP }')).toEqual(['MW2021 8:spec.listeners.1.name']);
    expect(gateway(first, '{ name: b, port: 80, protocol: HTTP }')).toEqual(['MW2022 8:spec.listeners.1']);
  });

  it('have the TLS that their protocol has', () => {
    expect(gateway('{ name: a, port: 80, protocol: HTTP, tls: { mode: Passthrough } }')).toEqual([
      'MW2023 7:spec.listeners.0.tls',
    ]);
    expect(gateway('{ name: a, port: 80, protocol: HTTPS, tls: { mode: Passthrough } }')).toEqual([
      'MW2024 7:spec.listeners.0.tls.mode',
    ]);
    expect(gateway('{ name: a, port: 80, protocol: TLS }')).toEqual(['MW2025 7:spec.listeners.0']);
    expect(gateway('{ name: a, port: 80, protocol: HTTPS, tls: {} }')).toEqual(['MW2027 7:spec.listeners.0.tls']);
    expect(gateway('{ name: a, port: 80, protocol: TCP, hostname: x.com }')).toEqual([
      'MW2026 7:spec.listeners.0.hostname',
    ]);
  });
});

it('every entry of the catalogue has a link', () => {
  for (const entry of GATEWAY_API_ENTRIES) expect(entry.link).toMatch(/^https:/);
});
