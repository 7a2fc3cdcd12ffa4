import { describe, expect, it } from 'vitest';
import { type HttpConnectionManager, httpConnectionManager } from '../../../xds';
import type { HeaderMap } from './header-map';
import { type ConnectionInfo, type PeerTls, requestView } from './http-message';
import { canonicalPath, mergeSlashes, normalizePath, unescapeSlashes } from './path-normalization';
import { processRequestHeaders, processResponseHeaders, type RequestHeaderResult } from './request-headers';

const TLS: PeerTls = {
  presented: true,
  validated: true,
  uriSans: ['spiffe://cluster.local/ns/a/sa/client'],
  dnsSans: ['client.a'],
  subject: '',
  version: 'TLSv1.3',
};
const PEER = { address: '10.0.0.9', port: 40_000 };
const PLAINTEXT: ConnectionInfo = {
  directRemoteAddress: PEER,
  remoteAddress: PEER,
  localAddress: { address: '10.0.0.1', port: 8080 },
  requestedServerName: '',
};

interface Setup {
  readonly options?: Partial<HttpConnectionManager>;
  readonly headers?: readonly (readonly [string, string])[];
  readonly tls?: PeerTls;
  readonly host?: string;
  readonly path?: string;
}

function process({ options, headers, tls, host = 'svc', path = '/' }: Setup): RequestHeaderResult {
  const hcm = { ...httpConnectionManager({ routes: { kind: 'rds', routeConfigName: 'r' } }), ...options };
  return processRequestHeaders(hcm, requestView('GET', host, path, headers ?? []), {
    connection: tls === undefined ? PLAINTEXT : { ...PLAINTEXT, tls },
    proxyAddress: '10.0.0.1',
    localUriSans: ['spiffe://cluster.local/ns/b/sa/server'],
    internalOnlyHeaders: [],
  });
}

function accepted(setup: Setup) {
  const result = process(setup);
  if (result.kind !== 'accepted') throw new Error(`rejected: ${result.details}`);
  return result;
}

function headersOf(setup: Setup): HeaderMap {
  return accepted(setup).request.headers;
}

describe('forwarded addresses', () => {
  it('are appended by a gateway, which also says how the client came', () => {
    const result = accepted({
      options: { useRemoteAddress: true },
      headers: [
        ['x-forwarded-for', '1.1.1.1'],
        ['x-forwarded-proto', 'https'],
      ],
    });
    expect(result.request.headers.get('x-forwarded-for')).toBe('1.1.1.1,10.0.0.9');
    expect(result.request.headers.get('x-forwarded-proto')).toBe('http');
    expect(result.request.headers.get('x-envoy-external-address')).toBe('10.0.0.9');
    expect(result.remoteAddress.address).toBe('10.0.0.9');
    expect(result.edge).toBe(true);
  });

  it('are taken from trusted hops', () => {
    const result = accepted({
      options: { useRemoteAddress: true, xffNumTrustedHops: 1 },
      headers: [
        ['x-forwarded-for', '1.1.1.1, 2.2.2.2'],
        ['x-forwarded-proto', 'https'],
      ],
    });
    expect(result.remoteAddress.address).toBe('2.2.2.2');
    expect(result.request.headers.get('x-forwarded-proto')).toBe('https');
  });

  it('are believed by a sidecar, which appends nothing', () => {
    const result = accepted({ headers: [['x-forwarded-for', '1.1.1.1, 2.2.2.2']] });
    expect(result.request.headers.get('x-forwarded-for')).toBe('1.1.1.1, 2.2.2.2');
    expect(result.remoteAddress.address).toBe('2.2.2.2');
    expect(accepted({ headers: [['x-forwarded-for', 'nonsense']] }).remoteAddress).toEqual(PEER);
  });
});

describe('request headers', () => {
  it('lose what concerns one hop only', () => {
    const headers = headersOf({
      headers: [
        ['connection', 'keep-alive'],
        ['keep-alive', 'timeout=5'],
        ['te', 'gzip, trailers'],
        ['x-envoy-internal', 'true'],
        ['x-user', 'a'],
      ],
    });
    expect(headers.entries()).toEqual([
      ['te', 'trailers'],
      ['x-user', 'a'],
      ['x-forwarded-proto', 'http'],
    ]);
  });

  it('keep an upgrade', () => {
    const headers = headersOf({
      headers: [
        ['connection', 'Upgrade'],
        ['upgrade', 'websocket'],
      ],
    });
    expect(headers.get('upgrade')).toBe('websocket');
    expect(headers.get('connection')).toBe('Upgrade');
  });

  it('do not let outsiders steer retries and timeouts', () => {
    const headers = headersOf({
      headers: [
        ['x-envoy-retry-on', '5xx'],
        ['x-envoy-upstream-rq-timeout-ms', '1'],
      ],
    });
    expect(headers.has('x-envoy-retry-on')).toBe(false);
    expect(headers.has('x-envoy-upstream-rq-timeout-ms')).toBe(false);
  });

  it('regenerate the identifier at an edge only', () => {
    const headers = [['x-request-id', 'mine']] as const;
    expect(accepted({ headers }).requestId).toBe('keep');
    expect(accepted({}).requestId).toBe('generate');
    expect(accepted({ headers, options: { useRemoteAddress: true } }).requestId).toBe('generate');
    const options = { useRemoteAddress: true, preserveExternalRequestId: true };
    expect(accepted({ headers, options }).requestId).toBe('keepUntraced');
  });

  it('carry the client certificate as the mode says', () => {
    const headers = [['x-forwarded-client-cert', 'By=old']] as const;
    const set = { uri: true, dns: true, subject: true, cert: false, chain: false };
    const mine =
      'By=spiffe://cluster.local/ns/b/sa/server;Subject="";URI=spiffe://cluster.local/ns/a/sa/client;DNS=client.a';
    const read = (mode: HttpConnectionManager['forwardClientCertDetails'], tls?: PeerTls): string | undefined =>
      headersOf({
        headers,
        options: { forwardClientCertDetails: mode, setCurrentClientCertDetails: set },
        ...(tls === undefined ? {} : { tls }),
      }).get('x-forwarded-client-cert');
    expect(read('SANITIZE', TLS)).toBeUndefined();
    expect(read('FORWARD_ONLY', TLS)).toBe('By=old');
    expect(read('FORWARD_ONLY')).toBeUndefined();
    expect(read('ALWAYS_FORWARD_ONLY')).toBe('By=old');
    expect(read('SANITIZE_SET', TLS)).toBe(mine);
    expect(read('APPEND_FORWARD', TLS)).toBe(`By=old,${mine}`);
    expect(read('APPEND_FORWARD')).toBeUndefined();
  });

  it('need host and path', () => {
    expect(process({ host: '' })).toMatchObject({ status: 400, details: 'missing_host_header' });
    expect(process({ path: '' })).toMatchObject({ status: 404, details: 'missing_path_rejected' });
    expect(process({ path: 'http://x/' })).toMatchObject({ status: 404, details: 'absolute_path_rejected' });
  });

  it('lose the port of the host where asked to', () => {
    const host = (name: string, options: Partial<HttpConnectionManager>): string =>
      accepted({ host: name, options }).request.authority;
    expect(host('svc:8080', { stripMatchingHostPort: true })).toBe('svc');
    expect(host('svc:9090', { stripMatchingHostPort: true })).toBe('svc:9090');
    expect(host('svc:9090', { stripAnyHostPort: true })).toBe('svc');
    expect(host('[::1]:9090', { stripAnyHostPort: true })).toBe('[::1]');
    expect(host('svc.:80', { stripTrailingHostDot: true })).toBe('svc:80');
  });
});

describe('response headers', () => {
  it('lose what concerns one hop only', () => {
    const request = requestView('GET', 'svc', '/');
    const response = {
      status: 200,
      headers: requestView('', '', '', [
        ['connection', 'close'],
        ['x', 'y'],
      ]).headers,
    };
    expect(processResponseHeaders(response, request).headers.entries()).toEqual([['x', 'y']]);
  });
});

describe('paths', () => {
  it('are normalised by RFC 3986', () => {
    expect(canonicalPath('/a/./b/../c')).toBe('/a/c');
    expect(canonicalPath('/a/..')).toBe('/');
    expect(canonicalPath('/../../x')).toBe('/x');
    expect(canonicalPath(String.raw`/a\b?q=\..`)).toBe(String.raw`/a/b?q=\..`);
    expect(canonicalPath('/%61%2f%7e?%61')).toBe('/a%2f~?%61');
    expect(canonicalPath('/%00')).toBeUndefined();
    expect(canonicalPath('/%zz')).toBeUndefined();
  });

  it('merge and unescape slashes in the path only', () => {
    expect(mergeSlashes('//a///b//?c=//')).toBe('/a/b/?c=//');
    expect(unescapeSlashes('/a%2Fb%5cc?d=%2f')).toBe(String.raw`/a/b\c?d=%2f`);
  });

  it('with escaped slashes are rejected, redirected or forwarded', () => {
    const options = { normalizePath: true, mergeSlashes: true } as const;
    const act = (action: HttpConnectionManager['pathWithEscapedSlashesAction']) =>
      normalizePath({ ...options, pathWithEscapedSlashesAction: action }, '/a%2F%2Fb');
    expect(normalizePath({ ...options, pathWithEscapedSlashesAction: 'KEEP_UNCHANGED' }, '/a#b').kind).toBe('reject');
    expect(act('KEEP_UNCHANGED')).toEqual({ kind: 'continue', path: '/a%2F%2Fb' });
    expect(act('REJECT_REQUEST')).toEqual({ kind: 'reject' });
    expect(act('UNESCAPE_AND_REDIRECT')).toEqual({ kind: 'redirect', path: '/a/b' });
    expect(act('UNESCAPE_AND_FORWARD')).toEqual({ kind: 'continue', path: '/a/b' });
  });
});
