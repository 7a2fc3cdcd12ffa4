import { expect, test } from 'vitest';
import { readLogLine } from './log-line';

const ISTIO =
  '[2026-01-01T00:02:31.449Z] "GET /missions HTTP/1.1" 503 UC upstream_reset_before_response_started{connection_termination} - "-" 0 95 11 - "-" "hero-api/1.8" "7f3ac21e-0b52-9d4e-8a1f-d5b36e02c211" "missions" "10.8.3.18:8080" inbound|8080|| 127.0.0.6:41873 10.8.3.18:8080 10.8.2.14:52118 outbound_.80_.v1_.missions.hero.svc.cluster.local default';

test('reads every field of a line in Istio’s format, with its place', () => {
  const fields = readLogLine(ISTIO);
  const values = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  expect(values).toMatchObject({
    start: '2026-01-01T00:02:31.449Z',
    request: 'GET /missions HTTP/1.1',
    code: '503',
    flags: 'UC',
    details: 'upstream_reset_before_response_started{connection_termination}',
    'TLS failure': '-',
    duration: '11',
    'upstream cluster': 'inbound|8080||',
    route: 'default',
  });
  for (const { value, start, end } of fields) expect(ISTIO.slice(start, end)).toContain(value);
});

test('reads Envoy’s own format', () => {
  const line = '[2026-01-01T00:00:00.000Z] "GET / HTTP/1.1" 200 - 0 5 1 - "-" "a b" "-" "x" "1.2.3.4:80"';
  expect(
    readLogLine(line)
      .map((field) => field.name)
      .at(-1),
  ).toBe('upstream host');
});

test('does not guess at other formats', () => {
  expect(readLogLine('{"code":200}')).toEqual([]);
  expect(readLogLine('')).toEqual([]);
});
