import { describe, expect, it } from 'vitest';
import { gateway, object, said, service, underlined } from './support';

const HTTP = '{name: http, port: 80, protocol: HTTP}';
const CART = service('cart', 8080);
const TO_CART = 'rules: [{backendRefs: [{name: cart, port: 8080}]}]';

function route(spec: string, namespace?: string): string {
  return object('HTTPRoute', 'shop', spec, namespace);
}

describe('findings of the translation', () => {
  it('are none where everything fits', () => {
    expect(said(gateway('web', HTTP), CART, route(`{parentRefs: [{name: web}], ${TO_CART}}`))).toEqual([]);
  });

  it('underline the parent that is missing', () => {
    expect(underlined(CART + route(`{parentRefs: [{name: wbe}], ${TO_CART}}`), 'MW2102')).toEqual(['wbe']);
    const mesh = route(`{parentRefs: [{group: "", kind: Service, name: crat}], ${TO_CART}}`);
    expect(underlined(CART + mesh, 'MW2102')).toEqual(['crat']);
    expect(underlined(CART + route(`{parentRefs: [{kind: Pod, name: x}], ${TO_CART}}`), 'MW2103')).toEqual(['Pod']);
  });

  it('underline the listener that is missing', () => {
    const named = (reference: string): string =>
      gateway('web', HTTP) + CART + route(`{parentRefs: [{name: web, ${reference}}], ${TO_CART}}`);
    expect(underlined(named('sectionName: https'), 'MW2104')).toEqual(['https']);
    expect(underlined(named('port: 8080'), 'MW2104')).toEqual(['8080']);
  });

  it('say why no listener takes the route', () => {
    const all = '{name: http, port: 80, protocol: HTTP, hostname: a.com, allowedRoutes: {namespaces: {from: Same}}}';
    const far = route(`{parentRefs: [{name: web, namespace: default}], ${TO_CART}}`, 'far');
    expect(said(gateway('web', all), CART, service('cart', 8080, 'far'), far)).toEqual([
      expect.stringMatching(/^MW2106 HTTPRoute\/shop /),
    ]);
    const other = route(`{parentRefs: [{name: web}], hostnames: [b.com], ${TO_CART}}`);
    expect(underlined(gateway('web', all) + CART + other, 'MW2107')).toEqual(['[b.com]']);
    const raw = '{name: tcp, port: 80, protocol: TCP}';
    expect(said(gateway('web', raw), CART, route(`{parentRefs: [{name: web}], ${TO_CART}}`))).toEqual([
      expect.stringMatching(/^MW2105 HTTPRoute\/shop /),
    ]);
  });

  it('underline the backend that is missing, its port, and a reference without a grant', () => {
    const to = (backend: string): string =>
      gateway('web', HTTP) + CART + route(`{parentRefs: [{name: web}], rules: [{backendRefs: [${backend}]}]}`);
    expect(underlined(to('{name: crat, port: 8080}'), 'MW2108')).toEqual(['crat']);
    expect(underlined(to('{name: cart, port: 80}'), 'MW2109')).toEqual(['80']);
    const far = '{name: far, namespace: prod, port: 80}';
    expect(underlined(to(far) + service('far', 80, 'prod'), 'MW2110')).toEqual([far]);
    expect(underlined(to('{group: x.io, kind: Bucket, name: b}'), 'MW2111')).toEqual(['Bucket']);
    expect(underlined(to('{name: cart.default, port: 80}'), 'MW2112')).toEqual(['cart.default']);
  });

  it('are said once, however often a rule is translated', () => {
    const matches = 'matches: [{path: {value: /a}}, {path: {value: /b}}]';
    const rule = `{${matches}, backendRefs: [{name: crat, port: 8080}]}`;
    const parents = '[{name: web}, {group: "", kind: Service, name: cart}]';
    expect(said(gateway('web', HTTP), CART, route(`{parentRefs: ${parents}, rules: [${rule}]}`))).toHaveLength(1);
  });

  it('name filters that Istio does not implement', () => {
    const filter = '{type: ExtensionRef, extensionRef: {group: x.io, kind: F, name: f}}';
    const rule = `{filters: [${filter}], backendRefs: [{name: cart, port: 8080}]}`;
    const manifest = gateway('web', HTTP) + CART + route(`{parentRefs: [{name: web}], rules: [${rule}]}`);
    expect(underlined(manifest, 'MW2113')).toEqual(['ExtensionRef']);
  });

  it('name listeners that are left out', () => {
    const spec = `{gatewayClassName: nginx, listeners: [${HTTP}]}`;
    expect(underlined(object('Gateway', 'web', spec), 'MW2101')).toEqual(['nginx']);
    const raw = '{name: raw, port: 80, protocol: TCP}';
    expect(underlined(gateway('web', HTTP, raw), 'MW2114')).toEqual([raw]);
    expect(underlined(gateway('web', '{name: u, port: 53, protocol: UDP}'), 'MW2115')).toEqual(['UDP']);
    const tls = '{name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: nocert}]}}';
    expect(underlined(gateway('web', tls), 'MW2116')).toEqual(['nocert']);
    const set = object('ListenerSet', 'more', `{parentRef: {name: web}, listeners: [${HTTP}]}`);
    expect(said(gateway('web', HTTP), set)).toEqual([expect.stringMatching(/^MW2118 ListenerSet\/more /)]);
  });
});
