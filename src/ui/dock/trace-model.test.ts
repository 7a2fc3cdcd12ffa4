import { describe, expect, test } from 'vitest';
import type { Span } from '../../worker';
import { buildTrace, calledName, criticalPath, shortOperation, shortTraceId, timeTicks } from './trace-model';

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

const HOST = '.heroes.svc.cluster.local:8080/*';

/** ingress -> api -> auth, and -> missions at the second try. */
const RETRIED: readonly Span[] = [
  span(1, 0, 'ingress', { startNs: 0, endNs: 100 }),
  span(2, 1, 'ingress', { kind: 'attempt', startNs: 0, endNs: 100 }),
  span(3, 2, 'api', { kind: 'server', startNs: 5, endNs: 95 }),
  span(4, 3, 'api', { kind: 'application', startNs: 6, endNs: 94 }),
  span(5, 4, 'api', { name: `auth${HOST}`, startNs: 7, endNs: 9 }),
  span(6, 5, 'api', { kind: 'attempt', startNs: 7, endNs: 9 }),
  span(7, 6, 'auth', { kind: 'server', startNs: 7, endNs: 9 }),
  span(8, 7, 'auth', { kind: 'application', startNs: 8, endNs: 9 }),
  span(12, 9, 'api', { kind: 'attempt', startNs: 40, endNs: 90 }),
  span(9, 4, 'api', { name: `missions${HOST}`, startNs: 10, endNs: 90 }),
  span(10, 9, 'api', { kind: 'attempt', startNs: 10, endNs: 30, status: 503, flags: ['UF'] }),
  span(13, 12, 'missions', { kind: 'server', startNs: 41, endNs: 89 }),
  span(14, 13, 'missions', { kind: 'application', startNs: 42, endNs: 88 }),
  span(15, 14, 'equipment', { kind: 'server', startNs: 50, endNs: 60 }),
];

describe('a waterfall', () => {
  test('has one row per call with its tries, and the pause between them', () => {
    const { rows, tries, services, endNs } = buildTrace(RETRIED);
    expect(
      rows.map(({ label, depth, note, application }) => [' '.repeat(depth) + label, note, application?.startNs]),
    ).toEqual([
      ['ingress', '200', undefined],
      [' api', '200', 6],
      ['  auth', '200', 8],
      ['  missions', '200', undefined],
      ['   try 1', '503 UF', undefined],
      ['   back-off', '', undefined],
      ['   try 2', '200', 42],
      ['    equipment', '200', undefined],
    ]);
    expect({ tries, services, endNs }).toEqual({ tries: 2, services: 5, endNs: 100 });
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
  expect(shortTraceId('000000000000000000000000000005b5')).toBe('5b5');
  expect(shortTraceId('0000')).toBe('0');
  expect(timeTicks(62)).toEqual([0, 20, 40, 60]);
  expect(timeTicks(0)).toEqual([0]);
});

test.each([
  ['missions.heroes.svc.cluster.local:8080/*', 'missions'],
  ['api.quantum.example:80/forecast', 'api.quantum.example'],
  ['missions', 'missions'],
])('a call to %s is called %s', (operation, name) => {
  expect(calledName(operation)).toBe(name);
});

test('operations lose what every host of a cluster has', () => {
  expect(shortOperation('api.heroes.svc.cluster.local:8080/missions*')).toBe('api/missions*');
  expect(shortOperation('/forecast')).toBe('/forecast');
});
