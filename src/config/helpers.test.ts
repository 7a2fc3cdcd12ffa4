import { describe, expect, it } from 'vitest';
import { FORMATS, isIpv4, isIpv6 } from './kinds/formats';
import { parseShare } from './kinds/meshwork/shares';
import { parseHostPort, parseTargetUrl } from './kinds/meshwork/target-url';
import { closest } from './kinds/similar';
import { formatSelector, labelsMatch, selectorMatches } from './labels';
import { parseQuantity, scaleIntOrPercent } from './quantity';
import { resolveTargetPort } from './service-ports';

describe('selectors', () => {
  const labels = { app: 'reviews', version: 'v2' };

  it.each([
    [undefined, false],
    [{}, true],
    [{ matchLabels: { app: 'reviews' } }, true],
    [{ matchLabels: { app: 'reviews', toString: 'x' } }, false],
    [{ matchExpressions: [{ key: 'version', operator: 'In', values: ['v1', 'v2'] }] }, true],
    [{ matchExpressions: [{ key: 'other', operator: 'In', values: ['v1'] }] }, false],
    [{ matchExpressions: [{ key: 'other', operator: 'NotIn', values: ['v1'] }] }, true],
    [{ matchExpressions: [{ key: 'version', operator: 'NotIn', values: ['v2'] }] }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, false],
  ] as const)('%j: %s', (selector, expected) => {
    expect(selectorMatches(selector, labels)).toBe(expected);
  });

  it('is written as kubectl writes it', () => {
    const matchExpressions = [
      { key: 'v', operator: 'In', values: ['1', '2'] },
      { key: 'w', operator: 'DoesNotExist' },
    ] as const;
    expect(formatSelector({ matchLabels: { a: 'b' }, matchExpressions })).toBe('a=b,v in (1,2),!w');
    expect(labelsMatch({}, labels)).toBe(true);
  });
});

describe('quantities', () => {
  it.each([
    ['100m', 0.1],
    ['2', 2],
    [0.5, 0.5],
    ['2Ki', 2048],
    ['1.5M', 1_500_000],
    ['1e3', 1000],
    ['2E', 2e18],
    ['x', undefined],
    ['1KB', undefined],
  ])('%j is %j', (quantity, expected) => {
    expect(parseQuantity(quantity)).toBe(expected);
  });

  it('scales percentages', () => {
    expect([scaleIntOrPercent('25%', 3, 'up'), scaleIntOrPercent('25%', 3, 'down')]).toEqual([1, 0]);
    expect([scaleIntOrPercent(2, 10, 'up'), scaleIntOrPercent('x', 10, 'up')]).toEqual([2, undefined]);
  });
});

describe('shares', () => {
  it.each([
    [0.125, 125, 1000],
    ['12.5%', 125, 1000],
    ['30%', 30, 100],
    [1, 1, 1],
    ['100%', 1, 1],
    [0, 0, 1],
    [0.1, 1, 10],
    [1e-7, 1, 10_000_000],
  ])('%j is %d of %d', (share, numerator, denominator) => {
    expect(parseShare(share)).toEqual({ numerator, denominator });
  });
});

describe('URLs', () => {
  it.each([
    [
      'http://reviews:9080/reviews/0?x=1',
      { scheme: 'http', protocol: 'http', host: 'reviews', port: 9080, path: '/reviews/0?x=1' },
    ],
    ['http://reviews', { scheme: 'http', protocol: 'http', host: 'reviews', port: 80, path: '/' }],
    ['HTTPS://API.example?x', { scheme: 'https', protocol: 'http', host: 'api.example', port: 443, path: '/?x' }],
    [
      'grpc://cart:7070/hipster.Cart/Get',
      { scheme: 'http', protocol: 'grpc', host: 'cart', port: 7070, path: '/hipster.Cart/Get' },
    ],
    ['tcp://db:5432', { scheme: 'http', protocol: 'tcp', host: 'db', port: 5432, path: '' }],
    ['http://[2001:db8::1]:80/', { scheme: 'http', protocol: 'http', host: '2001:db8::1', port: 80, path: '/' }],
  ])('%s', (url, expected) => {
    expect(parseTargetUrl(url)).toEqual({ ok: true, value: expected });
  });

  it.each([
    'reviews:9080',
    'ftp://a',
    'http://',
    'http://a:0/',
    'http://a:99999',
    'tcp://db',
    'http://u:p@a/',
    'http://a b/',
  ])('not %s', (url) => {
    expect(parseTargetUrl(url).ok).toBe(false);
  });

  it('reads hosts with and without port', () => {
    expect(parseHostPort('gw.istio-system', 80)).toEqual({ ok: true, value: { host: 'gw.istio-system', port: 80 } });
    expect(parseHostPort('gw:8080', 80)).toEqual({ ok: true, value: { host: 'gw', port: 8080 } });
    expect(parseHostPort('', 80).ok).toBe(false);
  });
});

describe('formats', () => {
  it.each([
    ['duration', ['5s', '1h30m', '-1.5ms', '0'], ['5', '', 's', '5 s']],
    ['span', ['5s', '0'], ['-1s', '9999999h']],
    ['quantity', ['1', '100m', '1.5Gi', '1e3'], ['1GB', 'm', '']],
    ['cidr', ['10.0.0.0/8', '::/0'], ['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '::/129']],
    ['ip-or-cidr', ['10.0.0.1', '10.0.0.0/8', 'fe80::1'], ['host', '1.2.3']],
    ['dns-label', ['a', 'a-1', '1a'], ['-a', 'A', 'a.b', 'a'.repeat(64)]],
    ['dns-subdomain', ['a.b-c.d'], ['a..b', 'a_b', '.a']],
    ['label-key', ['app', 'app.kubernetes.io/name', 'A_b.c'], ['a/b/c', '/a', 'a b', '-a']],
    ['label-value', ['', 'v1', 'A.b_c-d'], ['-a', 'a/b', 'a'.repeat(64)]],
    ['percentage', ['25%'], ['25', '%']],
    ['url', ['http://a:80/b', 'https://a'], ['a/b', 'http:a']],
    ['timestamp', ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.5+01:00'], ['2026-01-31', 'x']],
    ['base64', ['', 'YWI=', 'YWJj'], ['a', '&&&&']],
    ['ip', ['1.2.3.4', '::1'], ['1.2.3.256', '1.2.3.04', 'x']],
  ] as const)('%s', (name, good, bad) => {
    expect(good.filter((text) => !FORMATS[name].check(text))).toEqual([]);
    expect(bad.filter((text) => FORMATS[name].check(text))).toEqual([]);
  });

  it('knows addresses', () => {
    expect(
      ['::', '::1', '2001:db8::8:800:200c:417a', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8'].filter((text) => !isIpv6(text)),
    ).toEqual([]);
    expect(['', ':', ':::', '1:2:3', '1::2::3', '12345::', '1:2:3:4:5:6:7:8:9', '1.2.3.4'].filter(isIpv6)).toEqual([]);
    expect(isIpv4('255.255.255.255')).toBe(true);
  });
});

describe('target ports', () => {
  const pod = {
    containers: [
      { name: 'a', ports: [{ name: 'http', containerPort: 8080, protocol: 'UDP' as const }] },
      { name: 'b', ports: [{ name: 'http', containerPort: 9090, protocol: 'TCP' as const }] },
    ],
    initContainers: [
      { name: 'c', restartPolicy: 'Always', ports: [{ name: 'side', containerPort: 1, protocol: 'TCP' as const }] },
    ],
    restartPolicy: 'Always' as const,
    terminationGracePeriodSeconds: 30,
  };

  it.each([
    [undefined, 80],
    [0, 80],
    [8080, 8080],
    ['http', 9090],
    ['side', 1],
    ['other', undefined],
  ])('%j leads to %j', (targetPort, expected) => {
    const port = { port: 80, protocol: 'TCP' as const, ...(targetPort === undefined ? {} : { targetPort }) };
    expect(resolveTargetPort(port, pod)).toBe(expected);
  });
});

describe('suggestions', () => {
  it('finds what was meant', () => {
    expect(closest('timeuot', ['host', 'timeout'])).toBe('timeout');
    expect(closest('Timeout', ['timeout'])).toBe('timeout');
    expect(closest('banana', ['host', 'timeout'])).toBeUndefined();
    expect(closest('x'.repeat(100), ['x'.repeat(100)])).toBeUndefined();
  });
});
