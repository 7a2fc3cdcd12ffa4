import { expect, test } from 'vitest';
import type { Span } from '../../worker';
import { buildWaterfall } from './waterfall';

let next = 1;

function span(change: Partial<Span>): Span {
  return {
    traceId: 't',
    spanId: next++,
    parentId: 0,
    requestId: 1,
    kind: 'client',
    name: 'GET /missions',
    pod: 'p',
    service: 'api',
    startNs: 0,
    endNs: 100,
    status: 200,
    flags: [],
    ...change,
  };
}

test('draws tries below their call, with the wait between them', () => {
  const call = span({ service: 'missions' });
  const first = span({ parentId: call.spanId, kind: 'attempt', startNs: 5, endNs: 20, status: 503, flags: ['UC'] });
  const second = span({ parentId: call.spanId, kind: 'attempt', startNs: 40, endNs: 90 });
  const { rows, startNs, endNs } = buildWaterfall([second, first, call]);
  expect(rows.map((row) => [row.label, row.depth, row.bar.kind])).toEqual([
    ['missions', 0, 'proxy'],
    ['try 1', 1, 'failed'],
    ['back-off', 1, 'backoff'],
    ['try 2', 1, 'retried'],
  ]);
  expect(rows[2]?.bar).toEqual({ kind: 'backoff', startNs: 20, endNs: 40 });
  expect([startNs, endNs]).toEqual([0, 100]);
});

test('one try is called by its service', () => {
  const call = span({ service: 'auth' });
  const only = span({ parentId: call.spanId, kind: 'attempt', service: 'auth' });
  expect(buildWaterfall([call, only]).rows.map((row) => row.label)).toEqual(['auth', 'auth']);
});

test('spans whose parent was not kept stand at the top', () => {
  const orphan = span({ parentId: 9_999, service: 'lost' });
  expect(buildWaterfall([orphan]).rows).toHaveLength(1);
});

test('a span that is its own parent ends the walk', () => {
  const odd = span({});
  expect(buildWaterfall([{ ...odd, parentId: odd.spanId }]).rows).toHaveLength(1);
});
