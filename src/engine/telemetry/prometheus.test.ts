import { describe, expect, it } from 'vitest';
import { extractTags, prometheusText } from './prometheus';

describe('statistics as Prometheus text', () => {
  it('turns clusters, prefixes, codes and their classes into tags', () => {
    expect(extractTags('cluster.outbound|80||b.default.svc.cluster.local;.upstream_rq_503')).toEqual({
      name: 'cluster.upstream_rq',
      tags: [
        ['envoy_response_code', '503'],
        ['envoy_cluster_name', 'outbound|80||b.default.svc.cluster.local'],
      ],
    });
    expect(extractTags('cluster.b.retry.upstream_rq_5xx')).toEqual({
      name: 'cluster.retry.upstream_rq_xx',
      tags: [
        ['envoy_response_code_class', '5'],
        ['envoy_cluster_name', 'b'],
      ],
    });
    expect(extractTags('http.outbound_0.0.0.0_80.downstream_rq_2xx')).toEqual({
      name: 'http.downstream_rq_xx',
      tags: [
        ['envoy_response_code_class', '2'],
        ['envoy_http_conn_manager_prefix', 'outbound_0.0.0.0_80'],
      ],
    });
    expect(extractTags('cluster.b.circuit_breakers.default.rq_open')).toEqual({
      name: 'cluster.circuit_breakers.default.rq_open',
      tags: [['envoy_cluster_name', 'b']],
    });
    expect(extractTags('listener.no_filter_chain_match')).toEqual({ name: 'listener.no_filter_chain_match', tags: [] });
  });

  it('writes counters before gauges, groups by name, and leaves single hosts out', () => {
    const text = prometheusText({
      pod: 'a-1',
      counters: {
        'cluster.b.upstream_rq_503': 2,
        'cluster.b.upstream_rq_200': 7,
        'cluster.a"\\.upstream_rq_200': 1,
        'cluster.b.host.10.0.0.1:80.rq_total': 9,
        'listener.no_filter_chain_match': 0,
      },
      gauges: { 'cluster.b.membership_total': 3 },
    });
    expect(text.split('\n')).toEqual([
      '# TYPE envoy_cluster_upstream_rq counter',
      'envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="a\\"\\\\"} 1',
      'envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="b"} 7',
      'envoy_cluster_upstream_rq{envoy_response_code="503",envoy_cluster_name="b"} 2',
      '# TYPE envoy_listener_no_filter_chain_match counter',
      'envoy_listener_no_filter_chain_match{} 0',
      '# TYPE envoy_cluster_membership_total gauge',
      'envoy_cluster_membership_total{envoy_cluster_name="b"} 3',
      '',
    ]);
  });
});
