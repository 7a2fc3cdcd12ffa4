import { describe, expect, it } from 'vitest';
import { compare } from '../../envoy/comparison';
import type { Comparison, Exchange, LogLine, Place, Scenario, SideResult } from '../../envoy/contract';
import { formatJudgements, withTable } from '../../envoy/table';

const PLACE: Place = {
  scenario: 'test',
  port: 80,
  clientIp: '127.0.0.1',
  ip: (pod) => `ip-${pod}`,
  appIp: (pod) => `app-${pod}`,
  cluster: (name) => name,
};

const LINE: LogLine = {
  status: '200',
  flags: '',
  details: 'via_upstream',
  attempts: '1',
  cluster: 'b',
  route: '',
  failure: '',
  host: 'ip-b:80',
  durationMs: '10',
};

function side(lines: readonly Partial<LogLine>[], counters: Readonly<Record<string, number>> = {}): SideResult {
  const exchanges = lines.map(
    (line, index): Exchange => ({
      id: `test-${index}`,
      request: {},
      status: Number(line['status'] ?? 200),
      durationMs: 10,
      lines: {
        client: Object.fromEntries(Object.entries({ ...LINE, ...line }).map(([key, value]) => [key, value ?? ''])),
      },
    }),
  );
  return { exchanges, statistics: { client: counters } };
}

function judged(engine: SideResult, envoy: SideResult, comparison: Comparison = {}): readonly string[] {
  const scenario: Scenario = {
    name: 'test',
    topic: '',
    claim: '',
    pods: [],
    configure: () => {
      throw new Error('not configured');
    },
    steps: [],
    compare: comparison,
  };
  return compare(scenario, PLACE, { engine, envoy });
}

describe('the comparison of the two sides', () => {
  it('finds nothing where they agree, in whatever order flags were set', () => {
    expect(judged(side([{ flags: 'URX,UF' }]), side([{ flags: 'UF,URX' }]))).toEqual([]);
  });

  it.each([
    ['status', '503'],
    ['flags', 'UF'],
    ['details', 'other'],
    ['attempts', '2'],
    ['cluster', 'c'],
    ['route', 'r'],
    ['failure', 'reset'],
  ])('finds another %s', (field, value) => {
    expect(judged(side([{ [field]: value }]), side([{}]))).not.toEqual([]);
    expect(judged(side([{ [field]: value }]), side([{}]), { ignoredFields: [field] })).toEqual([]);
  });

  it('compares hosts one by one or by their pattern, as the scenario says', () => {
    const [engine, envoy] = [side([{ host: 'x' }, { host: 'y' }]), side([{ host: 'y' }, { host: 'x' }])];
    expect(judged(engine, envoy)).toEqual([]);
    expect(judged(engine, envoy, { hosts: 'same' })).toHaveLength(2);
    expect(judged(engine, envoy, { hosts: 'pattern' })).toEqual([]);
    expect(judged(side([{ host: 'x' }, { host: 'x' }]), envoy, { hosts: 'pattern' })).toHaveLength(1);
  });

  it('finds durations beyond the tolerance and outside of a window', () => {
    expect(judged(side([{ durationMs: '100' }]), side([{ durationMs: '300' }]))).toHaveLength(1);
    expect(judged(side([{ durationMs: '100' }]), side([{ durationMs: '200' }]))).toEqual([]);
    const window = { durationWindowMs: [50, 100] } as const;
    expect(judged(side([{ durationMs: '120' }]), side([{ durationMs: '90' }]), window)).toHaveLength(1);
  });

  it('finds a distribution that is off on either side', () => {
    const hosts = (b: number, c: number) =>
      side([
        ...Array.from({ length: b }, () => ({ host: 'ip-b:80' })),
        ...Array.from({ length: c }, () => ({ host: 'ip-c:80' })),
      ]);
    const distribution = { field: 'host', shares: { b: 3, c: 1 } };
    expect(judged(hosts(300, 100), hosts(310, 90), { distribution })).toEqual([]);
    expect(judged(hosts(200, 200), hosts(310, 90), { distribution })).toHaveLength(1);
    expect(judged(hosts(310, 90), hosts(200, 200), { distribution })).toHaveLength(1);
  });

  it('finds another count, unless the scenario leaves it to chance', () => {
    const [engine, envoy] = [
      side([{}], { 'cluster.b.upstream_rq_total': 1 }),
      side([{}], { 'cluster.b.upstream_rq_total': 2 }),
    ];
    expect(judged(engine, envoy)).toHaveLength(1);
    expect(judged(engine, envoy, { ignoredStatistics: ['upstream_rq_total'] })).toEqual([]);
  });

  it('finds a line that only one side has', () => {
    const [exchange] = side([{}]).exchanges;
    const silent: SideResult = {
      exchanges: exchange === undefined ? [] : [{ ...exchange, lines: {} }],
      statistics: {},
    };
    expect(judged(silent, side([{}]))).toHaveLength(1);
  });
});

describe('the table of the judge', () => {
  const scenario = { name: 'retry', topic: 'retries', claim: 'a | b' };

  it('says how many scenarios agree, and which do not', () => {
    const table = formatJudgements([
      { scenario, problems: [] },
      { scenario: { ...scenario, name: 'other' }, problems: ['x'] },
    ]);
    expect(table).toContain('1 of 2 scenarios agree');
    expect(table).toContain('| retries | `retry` | a \\| b | agrees |');
    expect(table).toContain('| retries | `other` | a \\| b | differs |');
  });

  it('replaces what stands between the marks, and only that', () => {
    const text = 'before\n<!-- judge: begin -->\nold\n<!-- judge: end -->\nafter\n';
    expect(withTable(text, 'new')).toBe('before\n<!-- judge: begin -->\nnew\n<!-- judge: end -->\nafter\n');
    expect(() => withTable('no marks', 'new')).toThrow('marks');
  });
});
