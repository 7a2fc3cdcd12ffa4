import { describe, expect, test } from 'vitest';
import type { Span } from '../../worker';
import { buildTrace, criticalPath, shortTraceId, timeTicks } from './trace-model';

function span(spanId: number, parentId: number, service: string, more: Partial<Span> = {}): Span {
  return {
    traceId: 'a'.repeat(16),
    spanId,
    parentId,
    requestId: 1,
    kind: 'client',
    name: 'GET /',
    pod: service,
    service,
    startNs: 0,
    endNs: 100,
    status: 200,
    flags: [],
    ...more,
  };
}

const RETRIED: readonly Span[] = [
  span(3, 2, 'missions', { kind: 'attempt', startNs: 10, endNs: 30, status: 503, flags: ['UF'] }),
  span(1, 0, 'ingress', { startNs: 0, endNs: 100 }),
  span(2, 1, 'api', { startNs: 5, endNs: 95 }),
  span(4, 2, 'missions', { kind: 'attempt', startNs: 40, endNs: 90 }),
];

describe('a waterfall', () => {
  test('shows parents before children, tries with their number and the pause between them', () => {
    const { rows, tries, services, endNs } = buildTrace(RETRIED);
    expect(rows.map(({ label, depth, note }) => `${' '.repeat(depth)}${label}|${note}`)).toEqual([
      'ingress|200',
      ' api|200',
      '  try 1|503 UF',
      '  back-off|',
      '  try 2|200',
    ]);
    expect({ tries, services, endNs }).toEqual({ tries: 2, services: 3, endNs: 100 });
  });

  test('marks what failed and what was denied', () => {
    const { rows } = buildTrace([span(1, 0, 'a', { status: 403 }), span(2, 1, 'b', { status: 0, flags: ['UF'] })]);
    expect(rows.map((row) => row.outcome)).toEqual(['denied', 'failed']);
  });

  test('shows spans whose parent is unknown, and survives a span that is its own parent', () => {
    expect(buildTrace([span(7, 99, 'a'), span(8, 8, 'b')]).rows).toHaveLength(2);
    expect(buildTrace([]).rows).toEqual([]);
  });
});

test('the critical path leaves out what ran beside the slowest child', () => {
  const critical = criticalPath([
    span(1, 0, 'root', { startNs: 0, endNs: 100 }),
    span(2, 1, 'fast', { startNs: 10, endNs: 40 }),
    span(3, 1, 'slow', { startNs: 10, endNs: 80 }),
    span(4, 1, 'first', { startNs: 1, endNs: 9 }),
  ]);
  expect([...critical].sort((a, b) => a - b)).toEqual([1, 3, 4]);
});

test('ids are cut, ticks are round', () => {
  expect(shortTraceId('2b9e0000000000000000000000000f07')).toBe('2b9e…f07');
  expect(timeTicks(62)).toEqual([0, 20, 40, 60]);
  expect(timeTicks(0)).toEqual([0]);
});
