import { describe, expect, it } from 'vitest';
import { type FilterChainMatch, filterChain, filterChainMatch, listener } from '../../../xds';
import type { FilterChainInput } from './filter-chain-input';
import { compileFilterChains, findFilterChain } from './filter-chain-match';

const INPUT: FilterChainInput = {
  destination: { address: '10.0.0.1', port: 8080 },
  serverName: '',
  transportProtocol: 'raw_buffer',
  applicationProtocols: [],
  source: { address: '192.168.1.9', port: 5000 },
  directSource: { address: '192.168.1.9', port: 5000 },
};

type Chains = Readonly<Record<string, Partial<FilterChainMatch>>>;

function compile(chains: Chains, withDefault = false) {
  const result = compileFilterChains(
    listener({
      name: 'l',
      address: { address: '0.0.0.0', port: 15_006 },
      filterChains: Object.entries(chains).map(([name, match]) =>
        filterChain({ name, match: filterChainMatch(match) }),
      ),
      ...(withDefault ? { defaultFilterChain: filterChain({ name: 'default' }) } : {}),
    }),
  );
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function find(chains: Chains, input: Partial<FilterChainInput> = {}, withDefault = false): string | undefined {
  return findFilterChain(compile(chains, withDefault), { ...INPUT, ...input })?.name;
}

function cidr(addressPrefix: string, prefixLen: number) {
  return [{ addressPrefix, prefixLen }];
}

describe('a filter chain', () => {
  it('with the longest prefix of the destination wins', () => {
    const chains = {
      all: { prefixRanges: cidr('0.0.0.0', 0) },
      net: { prefixRanges: cidr('10.0.0.0', 8) },
      host: { prefixRanges: cidr('10.0.0.2', 32) },
    };
    expect(find(chains)).toBe('net');
    expect(find(chains, { destination: { address: '10.0.0.2', port: 1 } })).toBe('host');
    expect(find(chains, { destination: { address: '11.0.0.2', port: 1 } })).toBe('all');
  });

  it('is never found by going back to a less specific branch', () => {
    const chains = {
      narrow: { prefixRanges: cidr('10.0.0.0', 8), transportProtocol: 'tls' },
      wide: { prefixRanges: cidr('0.0.0.0', 0) },
    };
    expect(find(chains)).toBeUndefined();
    expect(find(chains, {}, true)).toBe('default');
  });

  it('matches the exact server name before its wildcards, longest first', () => {
    const chains = {
      exact: { serverNames: ['www.example.com'] },
      near: { serverNames: ['*.b.example.com'] },
      far: { serverNames: ['*.example.com'] },
      any: {},
    };
    const named = (serverName: string): string | undefined => find(chains, { serverName });
    expect(named('www.example.com')).toBe('exact');
    expect(named('a.b.example.com')).toBe('near');
    expect(named('x.a.b.example.com')).toBe('near');
    expect(named('b.example.com')).toBe('far');
    expect(named('example.com')).toBe('any');
    expect(named('')).toBe('any');
  });

  it('takes the first protocol of the client that any chain has', () => {
    const chains = {
      istio: { applicationProtocols: ['istio-http/1.1'] },
      h2: { applicationProtocols: ['h2', 'http/1.1'] },
      none: {},
    };
    const offering = (...applicationProtocols: string[]): string | undefined => find(chains, { applicationProtocols });
    expect(offering('http/1.1', 'istio-http/1.1')).toBe('h2');
    expect(offering('istio-http/1.1', 'h2')).toBe('istio');
    expect(offering('spdy')).toBe('none');
  });

  it('tells callers on the same machine from others', () => {
    const chains = {
      local: { sourceType: 'SAME_IP_OR_LOOPBACK' as const },
      remote: { sourceType: 'EXTERNAL' as const },
    };
    expect(find(chains)).toBe('remote');
    expect(find(chains, { source: { address: '127.0.0.1', port: 1 } })).toBe('local');
    expect(find(chains, { source: { address: '10.0.0.1', port: 1 } })).toBe('local');
  });

  it('matches source address and port last', () => {
    const chains = {
      port: { sourcePrefixRanges: cidr('192.168.0.0', 16), sourcePorts: [5000] },
      net: { sourcePrefixRanges: cidr('192.168.0.0', 16) },
      any: {},
    };
    expect(find(chains)).toBe('port');
    expect(find(chains, { source: { address: '192.168.1.9', port: 1 } })).toBe('net');
    expect(find(chains, { source: { address: '1.1.1.1', port: 5000 } })).toBe('any');
  });

  it('tells how each criterion was decided', () => {
    const steps: string[] = [];
    const compiled = compile({ tls: { transportProtocol: 'tls' } });
    findFilterChain(compiled, INPUT, (criterion, matched) => steps.push(`${criterion}=${matched ?? 'none'}`));
    expect(steps.at(-1)).toBe('transportProtocol=none');
  });

  it('must not have the rules of another', () => {
    const chains = [filterChain({ name: 'foo' }), filterChain({ name: 'bar' })];
    const source = listener({ name: 'l', address: { address: '1.2.3.4', port: 80 }, filterChains: chains });
    const result = compileFilterChains(source);
    expect(!result.ok && result.error).toContain("filter chain 'bar' has the same matching rules defined as 'foo'");
  });
});
