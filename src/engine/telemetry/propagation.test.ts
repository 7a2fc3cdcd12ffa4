import { describe, expect, it } from 'vitest';
import { extractTraceContext, injectTraceContext, type PropagationFormat, type TraceContext } from './propagation';

const TRACE = '0123456789abcdef0123456789abcdef';
const SPAN = '00000000000000a1';
const PARENT = '00000000000000a0';

function reread(context: TraceContext, format: PropagationFormat): TraceContext | undefined {
  const headers = new Map(injectTraceContext(context, format));
  return extractTraceContext((name) => headers.get(name));
}

function read(headers: Readonly<Record<string, string>>): TraceContext | undefined {
  return extractTraceContext((name) => headers[name]);
}

describe('trace propagation', () => {
  it('writes b3 in several headers and in one, and W3C', () => {
    const context = { traceId: TRACE, spanId: SPAN, parentId: PARENT, sampled: true };
    expect(injectTraceContext(context, 'b3Multi')).toEqual([
      ['x-b3-traceid', TRACE],
      ['x-b3-spanid', SPAN],
      ['x-b3-parentspanid', PARENT],
      ['x-b3-sampled', '1'],
    ]);
    expect(injectTraceContext(context, 'b3Single')).toEqual([['b3', `${TRACE}-${SPAN}-1-${PARENT}`]]);
    expect(injectTraceContext(context, 'w3c')).toEqual([['traceparent', `00-${TRACE}-${SPAN}-01`]]);
    const short = { traceId: TRACE.slice(16), spanId: SPAN, sampled: false };
    expect(injectTraceContext(short, 'w3c')).toEqual([
      ['traceparent', `00-${'0'.repeat(16)}0123456789abcdef-${SPAN}-00`],
    ]);
  });

  it('reads what it wrote', () => {
    for (const sampled of [true, false]) {
      const root = { traceId: TRACE, spanId: SPAN, sampled };
      const child = { ...root, parentId: PARENT };
      for (const format of ['b3Multi', 'b3Single', 'w3c'] as const) expect(reread(root, format)).toEqual(root);
      for (const format of ['b3Multi', 'b3Single'] as const) expect(reread(child, format)).toEqual(child);
    }
  });

  it('prefers one header of b3 to several, and those to W3C; refuses what is malformed', () => {
    const traceparent = `00-${TRACE}-${SPAN}-00`;
    const multi = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN };
    expect(read({ b3: `${TRACE}-${PARENT}-d`, ...multi, traceparent })?.spanId).toBe(PARENT);
    expect(read({ ...multi, traceparent })).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true });
    expect(read({ traceparent })?.sampled).toBe(false);
    expect(read({ ...multi, 'x-b3-sampled': '0', 'x-b3-flags': '1' })?.sampled).toBe(true);
    for (const bad of [
      { b3: '0' },
      { b3: `${TRACE.slice(1)}-${SPAN}-1` },
      { 'x-b3-traceid': TRACE },
      { 'x-b3-traceid': '0'.repeat(32), 'x-b3-spanid': SPAN },
      { traceparent: `ff-${TRACE}-${SPAN}-01` },
      { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` },
    ]) {
      expect(read(bad)).toBeUndefined();
    }
    expect(read({})).toBeUndefined();
  });
});
