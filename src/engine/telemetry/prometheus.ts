import type { ProxyStatistics } from '../observation';

/** One metric: what is left of a statistic's name, and the parts of it that became tags. */
export interface PrometheusMetric {
  readonly name: string;
  readonly tags: readonly (readonly [string, string])[];
}

/** Where the name of a statistic begins behind a scope whose own name may have dots. */
const CLUSTER_SCOPE =
  /^cluster\.(.+?);?\.((?:upstream_|retry[._]|membership_|lb_|circuit_breakers\.|outlier_detection\.|health_check\.|ssl\.|ext_authz\.|ratelimit\.|host\.).*)$/;
const HTTP_SCOPE =
  /^http\.(.+?);?\.((?:downstream_|rq_|no_route|no_cluster|passthrough_|fault\.|rbac\.|cors\.|jwt_authn\.|ext_authz\.|local_rate_limit\.).*)$/;
const RESPONSE_CODE = /(_rq)_(\d{3})$/;
const RESPONSE_CODE_CLASS = /(_rq_)(\d)(xx)$/;
const NOT_A_NAME = /[^a-zA-Z0-9_]/g;

/**
 * Takes the tags out of the name of a statistic. Names of clusters and of connection managers are whole, dots and all, as under the
 * tag rules that Istio adds.
 */
// envoyproxy/envoy source/common/config/well_known_names.cc TagNameValues::TagNameValues
export function extractTags(statistic: string): PrometheusMetric {
  const tags: (readonly [string, string])[] = [];
  let name = statistic;
  const code = RESPONSE_CODE.exec(name);
  if (code !== null) {
    tags.push(['envoy_response_code', code[2] ?? '']);
    name = name.replace(RESPONSE_CODE, '$1');
  }
  const codeClass = RESPONSE_CODE_CLASS.exec(name);
  if (codeClass !== null) {
    tags.push(['envoy_response_code_class', codeClass[2] ?? '']);
    name = name.replace(RESPONSE_CODE_CLASS, '$1$3');
  }
  const cluster = CLUSTER_SCOPE.exec(name);
  if (cluster !== null) {
    tags.push(['envoy_cluster_name', cluster[1] ?? '']);
    return { name: `cluster.${cluster[2] ?? ''}`, tags };
  }
  const http = HTTP_SCOPE.exec(name);
  if (http !== null) {
    tags.push(['envoy_http_conn_manager_prefix', http[1] ?? '']);
    return { name: `http.${http[2] ?? ''}`, tags };
  }
  return { name, tags };
}

// envoyproxy/envoy source/server/admin/prometheus_stats.cc PrometheusStatsFormatter::metricName
function metricName(name: string): string {
  return `envoy_${name.replaceAll(NOT_A_NAME, '_')}`;
}

// envoyproxy/envoy source/server/admin/prometheus_stats.cc sanitizeValue
function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

// envoyproxy/envoy source/server/admin/prometheus_stats.cc PrometheusStatsFormatter::formattedTags
function formatTags(tags: PrometheusMetric['tags']): string {
  return tags.map(([name, value]) => `${name}="${escapeValue(value)}"`).join(',');
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Numbers of single hosts stand on the page of clusters, not among the statistics. */
function isHostNumber(metric: PrometheusMetric): boolean {
  return metric.name.startsWith('cluster.host.');
}

function render(values: Readonly<Record<string, number>>, type: 'counter' | 'gauge'): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const statistic of Object.keys(values).sort(compareTexts)) {
    const metric = extractTags(statistic);
    if (isHostNumber(metric)) continue;
    const name = metricName(metric.name);
    const line = `${name}{${formatTags(metric.tags)}} ${values[statistic] ?? 0}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [line]);
    else group.push(line);
  }
  return [...groups]
    .sort(([a], [b]) => compareTexts(a, b))
    .flatMap(([name, lines]) => [`# TYPE ${name} ${type}`, ...lines]);
}

/** The page `/stats/prometheus` of a proxy: counters, then gauges, each kind by name. */
// envoyproxy/envoy source/server/admin/prometheus_stats.cc PrometheusStatsFormatter::statsAsPrometheus
export function prometheusText({ counters, gauges }: ProxyStatistics): string {
  const lines = [...render(counters, 'counter'), ...render(gauges, 'gauge')];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
