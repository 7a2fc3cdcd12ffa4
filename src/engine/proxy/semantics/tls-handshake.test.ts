import { describe, expect, it } from 'vitest';
import { commonTls, stringMatcher, type XdsSecret } from '../../../xds';
import { compileStringMatcher } from './matchers';
import {
  performHandshake,
  type TlsClient,
  type TlsFailure,
  type TlsServer,
  tlsErrorText,
  tlsVersions,
} from './tls-handshake';
import {
  certificateOf,
  MESH_AUTHORITY,
  PUBLIC_AUTHORITY,
  resolveTlsIdentity,
  resolveTlsTrust,
  type TlsIdentity,
} from './tls-identity';

const CLIENT_ID = 'spiffe://cluster.local/ns/a/sa/client';
const SERVER_ID = 'spiffe://cluster.local/ns/b/sa/server';

function certificate(...names: readonly string[]): TlsIdentity {
  return { kind: 'certificate', certificate: certificateOf(names) };
}

const MESH_TRUST = { kind: 'authorities', issuers: [MESH_AUTHORITY], subjectAltNames: [] } as const;

const CLIENT: TlsClient = {
  identity: certificate(CLIENT_ID),
  trust: {
    kind: 'authorities',
    issuers: [MESH_AUTHORITY],
    subjectAltNames: [compileStringMatcher(stringMatcher('exact', SERVER_ID))],
  },
  alpn: ['istio', 'h2'],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  sni: 'outbound_.80_._.svc',
  requiredNames: [],
};

const SERVER: TlsServer = {
  identity: certificate(SERVER_ID),
  trust: MESH_TRUST,
  alpn: ['h2', 'http/1.1', 'istio'],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  requireClientCertificate: true,
};

function failed(client: TlsClient | undefined, server: TlsServer | undefined): TlsFailure {
  const outcome = performHandshake(client, server);
  if (outcome.kind !== 'failed') throw new Error(`the handshake is ${outcome.kind}`);
  return outcome;
}

describe('a handshake', () => {
  it('that agrees tells both sides who the other is', () => {
    expect(performHandshake(CLIENT, SERVER)).toMatchObject({
      kind: 'established',
      version: 'TLSv1.2',
      alpn: 'h2',
      clientPeer: { presented: true, validated: true, uriSans: [CLIENT_ID] },
      serverPeer: { presented: true, validated: true, uriSans: [SERVER_ID] },
    });
    expect(performHandshake(undefined, undefined)).toEqual({ kind: 'plaintext' });
  });

  it('has no protocol where none is in common', () => {
    expect(performHandshake({ ...CLIENT, alpn: ['x'] }, SERVER)).toMatchObject({ alpn: '' });
  });

  it('leaves an anonymous client unnamed where the server does not insist', () => {
    const outcome = performHandshake(
      { ...CLIENT, identity: { kind: 'none' } },
      { ...SERVER, requireClientCertificate: false },
    );
    expect(outcome).toMatchObject({ kind: 'established', clientPeer: { presented: false, validated: false } });
  });
});

describe('a plaintext side', () => {
  it('as client is only closed on, as the server cannot read it', () => {
    expect(failed(undefined, SERVER)).toMatchObject({
      phase: 'afterHandshake',
      resetReason: 'connectionTermination',
      clientReason: '',
      serverReason: tlsErrorText('HTTP_REQUEST'),
    });
  });

  it('as server gives the client a wrong version', () => {
    const failure = failed(CLIENT, undefined);
    expect(failure).toMatchObject({ phase: 'connect', resetReason: 'remoteConnectionFailure', serverCodecError: true });
    expect(failure.clientReason).toBe(
      'TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end',
    );
  });
});

describe('certificates', () => {
  it('of another name are refused by the client', () => {
    const failure = failed(CLIENT, { ...SERVER, identity: certificate('spiffe://cluster.local/ns/b/sa/other') });
    expect(failure.clientReason).toContain(
      'CERTIFICATE_VERIFY_FAILED:verify cert failed: SAN matcher, certificate SANs are [spiffe://cluster.local/ns/b/sa/other]',
    );
    expect(failure.clientCounters).toEqual(['fail_verify_san']);
    expect(failure.phase).toBe('connect');
  });

  it('of another authority are refused by the client', () => {
    const failure = failed(CLIENT, { ...SERVER, identity: certificate('server.example.com') });
    expect(failure.clientReason).toContain('unable to get local issuer certificate');
    expect(failure.clientCounters).toEqual(['fail_verify_error']);
  });

  it('have to prove the required names instead of those of the trust', () => {
    const trust = { kind: 'authorities', issuers: [PUBLIC_AUTHORITY], subjectAltNames: [] } as const;
    const server = { ...SERVER, identity: certificate('*.example.com'), requireClientCertificate: false };
    const client = { ...CLIENT, trust, identity: { kind: 'none' } as const };
    expect(performHandshake({ ...client, requiredNames: ['api.example.com'] }, server).kind).toBe('established');
    expect(failed({ ...client, requiredNames: ['a.b.example.com'] }, server).clientCounters).toEqual([
      'fail_verify_san',
    ]);
    expect(failed({ ...client, requiredNames: ['example.com'] }, server).clientCounters).toEqual(['fail_verify_san']);
  });

  it('that are missing or wrong fail the client at once with TLS 1.2, and after its handshake with 1.3', () => {
    const anonymous = { ...CLIENT, identity: { kind: 'none' } as const };
    expect(failed(anonymous, SERVER)).toMatchObject({
      phase: 'connect',
      serverCounters: ['fail_verify_no_cert'],
      clientReason: tlsErrorText('SSLV3_ALERT_HANDSHAKE_FAILURE'),
    });
    expect(failed({ ...anonymous, maxVersion: 'TLSv1.3' }, SERVER)).toMatchObject({
      phase: 'afterHandshake',
      resetReason: 'connectionTermination',
      clientReason: '',
      clientCounters: ['connection_error'],
    });
    const foreign = { ...CLIENT, identity: certificate('client.example.com') };
    expect(failed(foreign, SERVER)).toMatchObject({
      serverCounters: ['fail_verify_error'],
      clientReason: tlsErrorText('TLSV1_ALERT_UNKNOWN_CA'),
    });
  });

  it('need versions in common', () => {
    const failure = failed(
      { ...CLIENT, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
      { ...SERVER, minVersion: 'TLSv1.3' },
    );
    expect(failure.serverReason).toBe(tlsErrorText('UNSUPPORTED_PROTOCOL'));
  });
});

describe('secrets', () => {
  const delivered: XdsSecret = { name: 'default', kind: 'certificate', subjectAltNames: [CLIENT_ID] };
  const common = commonTls({ certificates: [{ kind: 'sds', secretName: 'default' }] });

  it('that are not delivered keep a side from connecting', () => {
    expect(resolveTlsIdentity(common, new Map())).toEqual({ kind: 'missing' });
    expect(failed({ ...CLIENT, identity: { kind: 'missing' } }, SERVER)).toMatchObject({
      resetReason: 'localConnectionFailure',
      clientReason: 'TLS error: Secret is not supplied by SDS',
      clientCounters: ['secrets_not_ready'],
    });
    expect(failed(CLIENT, { ...SERVER, identity: { kind: 'missing' } })).toMatchObject({ clientReason: '' });
  });

  it('give identity and trust once they are there', () => {
    expect(resolveTlsIdentity(common, new Map([['default', delivered]]))).toMatchObject({
      kind: 'certificate',
      certificate: { uriSans: [CLIENT_ID], issuer: MESH_AUTHORITY },
    });
    expect(resolveTlsIdentity(commonTls(), new Map())).toEqual({ kind: 'none' });
    expect(resolveTlsTrust(commonTls(), new Map())).toEqual({ kind: 'none' });
  });
});

describe('versions', () => {
  it('default to 1.2 for clients and up to 1.3 for servers', () => {
    expect(tlsVersions(commonTls(), 'client')).toEqual({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    expect(tlsVersions(commonTls(), 'server')).toEqual({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' });
    expect(tlsVersions(commonTls({ minimumVersion: 'TLSv1_3' }), 'server').minVersion).toBe('TLSv1.3');
  });
});
