import { describe, expect, it } from 'vitest';
import { type AccessLogConfig, fractionalPercent, type TracingConfig } from '../../../src/xds';
import { clientWorld, send, server } from './client-world';
import { simulate } from './world';

const FORMAT = '%REQ(X-B3-TRACEID)% %REQ(X-B3-SPANID)% %REQ(X-B3-SAMPLED)% %REQ(TRACEPARENT)% %TRACE_ID%';
const log: AccessLogConfig = {
  name: 'envoy.access_loggers.file',
  path: '/dev/stdout',
  textFormat: FORMAT,
};

function line(provider: TracingConfig['provider'] | 'off'): readonly string[] {
  const all = fractionalPercent(100);
  const tracing = {
    clientSampling: all,
    randomSampling: all,
    overallSampling: all,
    spawnUpstreamSpan: false,
    customTags: [],
    ...(provider === undefined ? {} : { provider }),
  };
  const hcm = { accessLog: [log], ...(provider === 'off' ? {} : { tracing }) };
  const simulation = simulate(1, clientWorld([server('b', 1)], { hcm }));
  send(simulation);
  return simulation.accessLog(1)[0]?.text.trim().split(' ') ?? [];
}

const tracer = (type: string, fields: Record<string, string> = {}) => ({
  name: 'tracer',
  typedConfig: { '@type': `type.googleapis.com/envoy.config.trace.v3.${type}`, ...fields },
});

describe('headers of traces', () => {
  it('go upstream in the formats of the tracer', () => {
    const [trace, span, sampled, parent, id] = line(undefined);
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    expect(span).toMatch(/^[0-9a-f]{16}$/);
    expect([sampled, parent, id]).toEqual(['1', '-', trace]);

    const both = line(tracer('ZipkinConfig', { traceContextOption: 'USE_B3_WITH_W3C_PROPAGATION' }));
    expect(both[3]).toBe(`00-${both[0]}-${both[1]}-01`);

    const w3c = line(tracer('OpenTelemetryConfig'));
    expect([w3c[0], w3c[1]]).toEqual(['-', '-']);
    expect(w3c[3]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('are missing without a tracer', () => {
    expect(line('off').slice(0, 4)).toEqual(['-', '-', '-', '-']);
  });
});
