import { describe, expect, test } from 'vitest';
import type { TotalsRow, TraceSummary } from '../../worker';
import { listEntries } from './config-entries';
import { mergeHappenings } from './happenings';
import { chartRows } from './totals-rows';
import { mostTelling } from './trace-store';

test('entries of a printed list, by name and line', () => {
  const json = JSON.stringify(
    [{ name: 'first', inner: [{ name: 'not this' }] }, { alt: { name: 'nor this' }, name: 'second' }, { other: 1 }],
    null,
    2,
  );
  const lines = json.split('\n');
  const entries = listEntries(json);
  expect(entries.map((entry) => entry.name)).toEqual(['first', 'second', '(no name)']);
  for (const { line } of entries) expect(lines[line - 1]).toBe('  {');
  expect(listEntries('')).toEqual([]);
});

test('what was done and what happened stand in one list, newest first', () => {
  const rows = mergeHappenings(
    [
      { atNs: 1, type: 'Normal', reason: 'Started', object: 'pod/a', message: 'm' },
      { atNs: 3, type: 'Warning', reason: 'BackOff', object: 'pod/a', message: 'm' },
    ],
    [{ atNs: 2, kind: 'fault', label: 'Broken' }],
  );
  expect(rows.map(({ reason, tone }) => [reason, tone])).toEqual([
    ['BackOff', 'warning'],
    ['Fault', 'fault'],
    ['Started', 'normal'],
  ]);
});

describe('traces', () => {
  const summary = (traceId: string, more: Partial<TraceSummary>): TraceSummary => ({
    traceId,
    name: '',
    service: '',
    startNs: 0,
    durationNs: 0,
    status: 200,
    flags: [],
    spans: 1,
    tries: 1,
    ...more,
  });

  test('a retried one tells more than a failed one, that more than a plain one, and newer ones go first', () => {
    const [plain, newer, failed, retried] = [
      summary('plain', {}),
      summary('newer', {}),
      summary('failed', { status: 503 }),
      summary('retried', { tries: 2 }),
    ];
    expect(mostTelling([newer, plain])?.traceId).toBe('newer');
    expect(mostTelling([newer, failed, plain])?.traceId).toBe('failed');
    expect(mostTelling([newer, failed, retried])?.traceId).toBe('retried');
    expect(mostTelling([newer, { ...plain, spans: newer.spans + 1 }])?.traceId).toBe(plain.traceId);
    expect(mostTelling([])).toBeUndefined();
  });
});

test('bars add up to the answers, denials apart from other client errors', () => {
  const row: TotalsRow = {
    source: 'a/b',
    destination: 'a/c',
    version: 'v1',
    requests: 20,
    share: 1,
    attempts: 21,
    denied: 3,
    statuses: [
      ['200', 10],
      ['403', 3],
      ['404', 2],
      ['503', 4],
      ['0', 1],
    ],
    flags: [],
    p50Ns: undefined,
    p95Ns: undefined,
    p99Ns: undefined,
  };
  expect(chartRows([row])).toEqual([{ name: 'b → c v1', success: 10, clientError: 2, denied: 3, failed: 5 }]);
});
