import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value';
import { camelCase, DecodeLog, MessageReader } from './reader';
import type { MessageName } from './upstream-fields';

function read(value: JsonObject, name?: MessageName): MessageReader {
  return new MessageReader(new DecodeLog(), value, '', name);
}

function problemsOf(reader: MessageReader): string[] {
  return reader.log.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('camelCase', () => {
  it.each([
    ['stat_prefix', 'statPrefix'],
    ['proxy_100_continue', 'proxy100Continue'],
    ['consecutive_5xx', 'consecutive5xx'],
    ['http2_protocol_options', 'http2ProtocolOptions'],
    ['alreadyCamel', 'alreadyCamel'],
  ])('%s is %s', (snake, camel) => {
    expect(camelCase(snake)).toBe(camel);
  });
});

describe('scalars', () => {
  it('reads 64-bit integers from texts and numbers', () => {
    const reader = read({ a: '5', b: 5, c: '-9223372036854775808' });
    expect([reader.count('a'), reader.count('b'), reader.optionalInteger('c')]).toEqual([5, 5, -0x8000000000000000]);
    expect(reader.log.problems).toEqual([]);
  });

  it('reads durations as texts and as seconds with nanos', () => {
    const reader = read({ a: '1.5s', b: { seconds: '2', nanos: 3 }, c: { nanos: 0 } });
    expect([reader.duration('a', 0), reader.duration('b', 0), reader.duration('c', 7)]).toEqual([
      1_500_000_000, 2_000_000_003, 0,
    ]);
  });

  it('reads enums by name in any case and by number', () => {
    const names = ['NONE', 'EXTERNAL_ONLY', 'ALL'] as const;
    expect(read({ a: 'external_only' }).choice('a', names)).toBe('EXTERNAL_ONLY');
    expect(read({ a: 2 }).choice('a', names)).toBe('ALL');
    expect(read({}).choice('a', names)).toBe('NONE');
  });

  it('takes null for an absent field', () => {
    expect(read({ a: null }).optionalText('a')).toBeUndefined();
  });

  it('names every mistake with its place and goes on', () => {
    const reader = new MessageReader(new DecodeLog(), { a: 'x', b: {}, c: 'soon', d: -1, e: 'NEVER' }, 'routes[3]');
    reader.count('a');
    reader.flag('b');
    reader.duration('c', 0);
    reader.count('d');
    reader.choice('e', ['NONE']);
    expect(problemsOf(reader)).toEqual([
      'routes[3].a: is not a number',
      'routes[3].b: is neither true nor false',
      'routes[3].c: is not a duration such as "1.5s"',
      'routes[3].d: is negative',
      'routes[3].e: is none of NONE',
    ]);
  });
});

describe('lists and messages', () => {
  it('takes a single value for a list of one', () => {
    const reader = read({ server_names: 'a.example', prefix_ranges: { address_prefix: '10.0.0.0' } });
    expect(reader.texts('serverNames')).toEqual(['a.example']);
    expect(reader.messages('prefixRanges').map((range) => range.text('addressPrefix'))).toEqual(['10.0.0.0']);
  });

  it('splits an Any into type and message', () => {
    const any = read({ typed_config: { '@type': 'type.googleapis.com/a.b.C', x: 1 } }).any('typedConfig');
    expect(any).toMatchObject({ type: 'a.b.C', typeUrl: 'type.googleapis.com/a.b.C', config: { x: 1 } });
  });

  it('refuses two members of a oneof', () => {
    const reader = read({ prefix: '/', path: '/a' });
    reader.oneOf(['prefix', 'path', 'safeRegex']);
    expect(problemsOf(reader)).toEqual([': sets prefix and path, of which only one may be set']);
  });
});

describe('finish', () => {
  it('gives back what nobody took and reports it', () => {
    const reader = read({ name: 'x', vhds: { config_source: {} } }, 'envoy.config.route.v3.RouteConfiguration');
    reader.text('name');
    expect(reader.finish()).toEqual({ vhds: { config_source: {} } });
    expect(reader.log.unsupported).toEqual(['vhds']);
  });

  it('calls a field that upstream does not have a mistake', () => {
    const reader = read({ fake_entry: 1 }, 'envoy.config.route.v3.RouteConfiguration');
    reader.finish();
    expect(problemsOf(reader)).toEqual(['fakeEntry: is not a field of envoy.config.route.v3.RouteConfiguration']);
  });

  it('keeps a default that was stated, without reporting it', () => {
    const reader = read({ case_sensitive: true, other: true });
    expect(reader.wrappedFlag('caseSensitive', true)).toBe(true);
    expect(reader.wrappedFlag('other', false)).toBe(true);
    expect(reader.finish()).toEqual({ caseSensitive: true });
    expect(reader.log.unsupported).toEqual([]);
  });

  it('collects the rest of messages inside', () => {
    const reader = read({ eds_cluster_config: { service_name: 'a', other: 1 }, empty: {} });
    reader.message('edsClusterConfig')?.text('serviceName');
    reader.message('empty');
    expect(reader.finish()).toEqual({ edsClusterConfig: { other: 1 }, empty: {} });
    expect(reader.log.unsupported).toEqual(['edsClusterConfig.other']);
  });

  it('does not claim the rest of a message that was finished on its own', () => {
    const reader = read({ inner: { other: 1 } });
    expect(reader.message('inner')?.finish()).toEqual({ other: 1 });
    expect(reader.finish()).toBeUndefined();
  });
});
