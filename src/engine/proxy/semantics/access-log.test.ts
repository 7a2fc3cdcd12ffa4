import { describe, expect, it } from 'vitest';
import { fileAccessLog, type JsonValue } from '../../../xds';
import { compileAccessLogFilter } from './access-log-filter';
import { accessLogLine, compileAccessLog } from './access-log-format';
import type { FormatContext, StreamFields } from './format-context';
import { HeaderMap } from './header-map';
import { type RandomSource, requestView } from './http-message';
import { ResponseFlag } from './response-flags';

const ZERO: RandomSource = { nextU32: () => 0, nextU64Mod: () => 0 };

function contextOf(stream: StreamFields = {}): FormatContext {
  return {
    request: requestView('GET', 'reviews:9080', '/reviews/0?x=1', [
      ['user-agent', 'curl'],
      ['x-request-id', 'id-1'],
    ]),
    response: { status: 503, headers: HeaderMap.of([['x-envoy-upstream-service-time', '12']]) },
    stream: {
      startTimeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
      protocol: 'HTTP/1.1',
      responseCode: 503,
      responseFlags: [ResponseFlag.UpstreamOverflow, ResponseFlag.UpstreamRetryLimitExceeded],
      bytesReceived: 0,
      bytesSent: 81,
      durationMs: 15,
      ...stream,
    },
  };
}

describe('access log lines', () => {
  it("have Envoy's format unless given another", () => {
    expect(accessLogLine(compileAccessLog(fileAccessLog()), contextOf())).toBe(
      '[2026-01-02T03:04:05.006Z] "GET /reviews/0?x=1 HTTP/1.1" 503 UO,URX 0 81 15 12 "-" "curl" "id-1" "reviews:9080" "-"',
    );
  });

  it('take lengths, alternatives and both names of flags', () => {
    const textFormat = '%REQ(X-NONE?USER-AGENT):2%|%REQ(X-NONE)%|%RESPONSE_FLAGS_LONG%|%%\n';
    expect(accessLogLine(compileAccessLog(fileAccessLog({ textFormat })), contextOf())).toBe(
      'cu|-|UpstreamOverflow,UpstreamRetryLimitExceeded|%',
    );
  });

  it('keep types in JSON and sort its keys', () => {
    const jsonFormat = { status: '%RESPONSE_CODE%', agent: 'ua %REQ(user-agent)%', host: '%UPSTREAM_HOST%', n: 1 };
    expect(accessLogLine(compileAccessLog(fileAccessLog({ jsonFormat })), contextOf())).toBe(
      '{"agent":"ua curl","host":null,"n":1,"status":503}',
    );
  });

  it('write metadata as JSON with sorted keys in texts, and as it is in JSON', () => {
    const metadata = new Map<string, JsonValue>([['f', { b: [1, 'x'], a: { d: true, c: 'long enough' }, none: null }]]);
    const context = { ...contextOf(), metadata, upstreamMetadata: metadata };
    const line = (init: Parameters<typeof fileAccessLog>[0]) =>
      accessLogLine(compileAccessLog(fileAccessLog(init)), context);
    const textFormat = '%DYNAMIC_METADATA(f:a)% %DYNAMIC_METADATA(f):4% %UPSTREAM_METADATA(f:b)% %CLUSTER_METADATA(f)%';
    expect(line({ textFormat })).toBe('{"c":"long enough","d":true} {"a" [1,"x"] -');
    const jsonFormat = {
      list: '%DYNAMIC_METADATA(f:b)%',
      mixed: 'of %UPSTREAM_METADATA(f:b)%',
      null: '%UPSTREAM_METADATA(f:none)%',
      short: '%DYNAMIC_METADATA(f:a:c):4%',
      whole: '%DYNAMIC_METADATA(f:a):4%',
    };
    expect(line({ jsonFormat })).toBe(
      '{"list":[1,"x"],"mixed":"of [1,\\"x\\"]","null":null,"short":"long","whole":{"d":true,"c":"long enough"}}',
    );
  });

  it('cut ports off', () => {
    const textFormat =
      '%UPSTREAM_HOST_NAME_WITHOUT_PORT% %UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %UPSTREAM_REMOTE_PORT%';
    const line = (stream: StreamFields) =>
      accessLogLine(compileAccessLog(fileAccessLog({ textFormat })), contextOf(stream));
    expect(line({ upstreamHostname: 'b.example:80', upstreamHost: '[::1]:9080' })).toBe('b.example [::1] 9080');
    expect(line({ upstreamHostname: '[::1]' })).toBe('[::1] - -');
  });

  it('refuse commands that do not exist', () => {
    expect(() => compileAccessLog(fileAccessLog({ textFormat: '%NO_SUCH%' }))).toThrow('NO_SUCH');
    expect(() => compileAccessLog(fileAccessLog({ textFormat: '%REQ%' }))).toThrow('REQ requires parameters');
  });
});

describe('access log filters', () => {
  function accepts(source: JsonValue, stream?: StreamFields): boolean {
    return compileAccessLogFilter(source).accepts(contextOf(stream), ZERO);
  }

  it('compare status and duration', () => {
    const atLeast = (kind: string, value: number) => ({
      [kind]: { comparison: { op: 'GE', value: { defaultValue: value, runtimeKey: 'x' } } },
    });
    expect(accepts(atLeast('statusCodeFilter', 500))).toBe(true);
    expect(accepts(atLeast('statusCodeFilter', 504))).toBe(false);
    expect(accepts(atLeast('durationFilter', 16))).toBe(false);
    expect(accepts({ andFilter: { filters: [atLeast('statusCodeFilter', 500), atLeast('durationFilter', 16)] } })).toBe(
      false,
    );
    expect(accepts({ orFilter: { filters: [atLeast('statusCodeFilter', 500), atLeast('durationFilter', 16)] } })).toBe(
      true,
    );
  });

  it('look at flags, headers and gRPC status', () => {
    expect(accepts({ responseFlagFilter: { flags: ['URX'] } })).toBe(true);
    expect(accepts({ responseFlagFilter: { flags: ['NR'] } })).toBe(false);
    expect(accepts({ responseFlagFilter: {} }, { responseFlags: [] })).toBe(false);
    expect(accepts({ headerFilter: { header: { name: 'User-Agent', stringMatch: { prefix: 'cu' } } } })).toBe(true);
    expect(accepts({ headerFilter: { header: { name: 'x', presentMatch: true } } })).toBe(false);
    expect(accepts({ grpcStatusFilter: { statuses: ['UNAVAILABLE'] } })).toBe(true);
    expect(accepts({ grpcStatusFilter: { statuses: ['UNAVAILABLE'], exclude: true } })).toBe(false);
  });

  it('let pass what they do not evaluate, and say so', () => {
    const filter = compileAccessLogFilter({ extensionFilter: { name: 'cel' } });
    expect(filter.accepts(contextOf(), ZERO)).toBe(true);
    expect(filter.unsupported).toEqual(['extensionFilter']);
  });
});
