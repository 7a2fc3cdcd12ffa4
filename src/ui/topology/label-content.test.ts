import { describe, expect, test } from 'vitest';
import type { EdgeMetrics, GraphEdgeView } from '../../worker';
import { displayEdge } from '../model/traffic';
import { labelSize, labelText, labelVariants } from './label-content';

const EDGE: GraphEdgeView = { id: 'a->b', source: 'a', destination: 'b', protocol: 'http', rows: [0] };
const HEALTHY: EdgeMetrics = {
  id: 'a->b',
  ratePerS: 142,
  errorRatio: 0,
  successPerS: 142,
  failurePerS: 0,
  deniedPerS: 0,
  retriesPerS: 0,
  p50Ns: 3e6,
  p95Ns: 6e6,
  p99Ns: 9e6,
  mutualTlsRatio: 1,
  flags: [],
  statuses: [['200', 1]],
};

function texts(change: Partial<EdgeMetrics>, edge = EDGE, options = { showMutualTls: true, meshed: true }) {
  return labelVariants(edge, displayEdge({ ...HEALTHY, ...change }), options)?.map(labelText);
}

describe('an edge label', () => {
  test('of a healthy edge is the lock and p95', () => {
    expect(texts({})).toEqual(['mutual TLS 100% · 6 ms', 'mutual TLS 6 ms', '6 ms']);
    expect(texts({}, EDGE, { showMutualTls: false, meshed: true })).toEqual(['6 ms']);
  });

  test('says what is wrong first, then retries', () => {
    const failing = {
      errorRatio: 0.181,
      retriesPerS: 31,
      flags: [['UF', 0.18]] as const,
      statuses: [
        ['200', 0.82],
        ['503', 0.181],
      ] as const,
    };
    expect(texts(failing)).toEqual(['18.1% 503 UF, +31 retries/s', '18.1% 503 UF', '18.1%']);
  });

  test('names resets and denials', () => {
    expect(texts({ errorRatio: 1, statuses: [['0', 1]] })?.[0]).toBe('100% reset');
    expect(texts({ deniedPerS: 142, statuses: [['403', 1]] })).toEqual(['100% denied · 403', '100%']);
  });

  test('warns of plain text only between proxies', () => {
    expect(texts({ mutualTlsRatio: 0.62 })?.[0]).toBe('not encrypted 38% plaintext');
    expect(texts({ mutualTlsRatio: 0 }, EDGE, { showMutualTls: true, meshed: false })).toEqual(['6 ms']);
  });

  test('is absent without traffic', () => {
    expect(texts({ ratePerS: 0 })).toBeUndefined();
    expect(labelVariants(EDGE, undefined, { showMutualTls: true, meshed: true })).toBeUndefined();
  });

  test('of TCP counts connections', () => {
    expect(texts({ ratePerS: 3.2 }, { ...EDGE, protocol: 'tcp' })).toEqual(['3.2/s connections', '3.2/s']);
  });
});

test('a size grows in steps, so that one digit more moves nothing', () => {
  const size = (text: string) => labelSize([{ parts: [{ text, tone: 'plain' }] }]).width;
  expect(size('9 ms')).toBe(size('100'));
  expect(size('10 ms')).toBe(size('100 ms'));
  expect(size('10 ms')).toBeGreaterThan(size('9 ms'));
});
